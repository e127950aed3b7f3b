import { page } from './html/page.ts';
import type { RunRecord } from './record.ts';
import { reportOf } from './report.ts';

/**
 * One self-contained page: no script, no network, light and dark, on paper and on a phone. The charts are drawn by
 * hand as SVG that takes its colours from the page's style, since a chart library's fixed colours fit one scheme only.
 */
export function renderHtml(record: RunRecord): Promise<string> {
  return Promise.resolve(page(reportOf(record), record));
}
