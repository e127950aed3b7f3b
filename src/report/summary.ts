import { escaped, signs } from './markdown.ts';
import type { PipelineResult, PipelineSignal } from './pipeline.ts';

/** Where the whole report is: an address, or how to get it. */
export type ReportAt = { readonly address: string } | { readonly hint: string } | null;

const verdicts: Readonly<Record<PipelineSignal['verdict'], string>> = {
  held: '✅ held',
  deviated: '❌ deviated',
  inconclusive: '❔ inconclusive',
  'not-judged': '– not judged',
};

/** A few lines in GitHub's Markdown for a pipeline's page: the verdict first, then why, then what to do. */
export function renderSummary(result: PipelineResult, report: ReportAt): string {
  const { experiment, sentence, hypothesis, next, runId, stage } = result;
  const parts = [
    `### ${signs[result.result]} ${escaped(experiment)}`,
    `**${escaped(sentence)}**`,
    hypothesis === null ? '' : `> ${escaped(hypothesis)}`,
    table(result.signals),
    next.length === 0 ? '' : ['**What to do**', '', ...next.map((step) => `- ${escaped(step)}`)].join('\n'),
    reportLine(report),
    runId === null ? '' : `<sub>${escaped(`Run ${runId}, stage ${stage}`)}</sub>`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n`;
}

function table(signals: readonly PipelineSignal[]): string {
  if (signals.length === 0) return '';
  const rows = signals.map(({ name, claim, verdict, why, seen }) => {
    const cells = [name, claim === '' ? why : claim, seen === '' ? '–' : seen];
    return `| ${cells.map(escaped).join(' | ')} | ${verdicts[verdict]} |`;
  });
  return ['| Signal | Promise | Under the fault | Verdict |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function reportLine(report: ReportAt): string {
  if (report === null) return '';
  return 'hint' in report
    ? escaped(report.hint)
    : `[Report](<${report.address.replaceAll(/[<>\s]/g, encodeURIComponent)}>)`;
}
