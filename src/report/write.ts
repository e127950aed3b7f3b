import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import type { RunRecord } from './record.ts';
import { reportJson } from './report.ts';

/** Where the three forms of a report lie. */
export interface WrittenReport {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/** Writes `report.html`, `report.md` and `report.json` into a folder, which is made where it does not exist. */
export async function writeReport(directory: string, record: RunRecord): Promise<WrittenReport> {
  const paths = {
    html: join(directory, 'report.html'),
    markdown: join(directory, 'report.md'),
    json: join(directory, 'report.json'),
  };
  // Rendered first: a record that cannot be shown must not leave half a report behind.
  const page = await renderHtml(record);
  const summary = renderMarkdown(record);
  const figures = reportJson(record);
  await mkdir(directory, { recursive: true });
  await writeFile(paths.html, page);
  await writeFile(paths.markdown, summary);
  await writeFile(paths.json, figures);
  return paths;
}
