import { instant } from '../format.ts';
import type { RunRecord } from '../record.ts';
import type { Report } from '../report.ts';
import { describeVerdict } from '../sentences.ts';
import { looksOf } from '../timeline.ts';
import { document } from './document.ts';
import { chartSections } from './sections/charts.ts';
import { whatWasDone } from './sections/done.ts';
import { headerSection } from './sections/header.ts';
import { journalSection } from './sections/journal.ts';
import { findingsSection, footer, revertsSection } from './sections/rest.ts';
import { steadyStateSection } from './sections/steady-state.ts';

export function page(report: Report, record: RunRecord): string {
  const { label } = describeVerdict(record);
  return document({
    title: `${label}: ${report.experiment}, ${instant(report.times.requestedAt)}`,
    inoculateVersion: report.environment.inoculateVersion,
    main: [
      headerSection(report, label),
      whatWasDone(report),
      steadyStateSection(report),
      findingsSection(report),
      chartSections(record, looksOf(record.journal)),
      revertsSection(report),
      journalSection(record),
    ],
    footer: footer(report),
  });
}
