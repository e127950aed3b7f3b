import { instant } from '../format.ts';
import type { RunRecord } from '../record.ts';
import type { Report } from '../report.ts';
import { describeVerdict } from '../sentences.ts';
import { looksOf } from '../timeline.ts';
import { html, Markup } from './markup.ts';
import { chartSections } from './sections/charts.ts';
import { whatWasDone } from './sections/done.ts';
import { headerSection } from './sections/header.ts';
import { journalSection } from './sections/journal.ts';
import { findingsSection, footer, revertsSection } from './sections/rest.ts';
import { steadyStateSection } from './sections/steady-state.ts';
import { style } from './style.ts';

/** Nothing from anywhere else, and no script at all. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function page(report: Report, record: RunRecord): string {
  const { label } = describeVerdict(record);
  const looks = looksOf(record.journal);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Inoculate ${report.environment.inoculateVersion}" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${label}: ${report.experiment}, ${instant(report.times.requestedAt)}</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        <main>
          ${headerSection(report, label)} ${whatWasDone(report)} ${steadyStateSection(report)}
          ${findingsSection(report)} ${chartSections(record, looks)} ${revertsSection(report)}
          ${journalSection(record)}
        </main>
        ${footer(report)}
      </body>
    </html> `.toString();
}
