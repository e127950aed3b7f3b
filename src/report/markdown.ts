import { count, duration, exactShare, instant, times } from './format.ts';
import { describeLooks, latestDetail } from './checks.ts';
import { withoutTricks } from './plain.ts';
import type { RunRecord } from './record.ts';
import { reportOf, type Report, type ReportHypothesis } from './report.ts';
import { boundsOf, capitalised, figure } from './sentences.ts';
import type { Estimate } from '../core/evidence.ts';

/** One for each result of a run, and for a run that there is not. */
export const signs: Readonly<Record<Report['result'] | 'not-started', string>> = {
  held: '✅',
  deviated: '❌',
  inconclusive: '❔',
  refused: '🚫',
  errored: '⚠️',
  running: '⏳',
  'not-started': '🚫',
};

/** A summary for pull requests and chats, in GitHub's Markdown. */
export function renderMarkdown(record: RunRecord): string {
  const report = reportOf(record);
  const parts = [
    `### ${signs[report.result]} ${escaped(report.experiment)}`,
    `**${escaped(report.sentence)}**`,
    `> ${escaped(report.hypothesis)}`,
    hypothesisTable(report),
    checkTable(report),
    bullets(
      'Not judged here',
      report.notJudged.map(({ signal, why }) => `${signal}: ${why}`),
    ),
    bullets(
      'Faults',
      report.faults.map(({ sentence, fired, inPlace }) =>
        inPlace === null
          ? `${capitalised(sentence)} (injected ${count(fired)} times)`
          : `${capitalised(sentence)} (${inPlace ? 'was in place' : 'was never in place'})`,
      ),
    ),
    bullets('Whom the faults left alone', report.spared),
    bullets('What the run shows', report.findings),
    escaped(report.reverts.sentence),
    `<sub>${escaped(footer(report))}</sub>`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function hypothesisTable({ hypotheses }: Report): string {
  if (hypotheses.length === 0) return '';
  const header =
    '| Claim | Under the fault | Control | Evidence | Verdict |\n| --- | --- | --- | --- | --- |';
  return [header, ...hypotheses.map(row)].join('\n');
}

function checkTable({ checks }: Report): string {
  if (checks.length === 0) return '';
  const header =
    '| Signal | Before | Under the fault | After | Last seen | Verdict |\n| --- | --- | --- | --- | --- | --- |';
  const rows = checks.map((check) => {
    const { claim, looks, verdict } = check;
    const parts = [looks.before, looks.during, looks.after].map(describeLooks);
    const cells = [claim, ...parts, latestDetail(check), verdict ?? 'not judged'];
    return `| ${cells.map(escaped).join(' | ')} |`;
  });
  return [header, ...rows].join('\n');
}

function row(one: ReportHypothesis): string {
  const { harm, kept, verdict } = one;
  const evidence = [
    `harm ${times(harm.reached)} of ${times(harm.needed)}`,
    kept.reached === null ? 'can never be shown' : `kept ${times(kept.reached)} of ${times(kept.needed)}`,
  ].join('; ');
  const cells = [
    one.claim,
    estimate(one, one.experimental),
    estimate(one, one.control),
    evidence,
    verdict ?? 'not judged',
  ];
  return `| ${cells.map(escaped).join(' | ')} |`;
}

function estimate({ unit }: ReportHypothesis, value: Estimate): string {
  if (unit === null || value.n === 0) return 'no data';
  const shown = value.value === null ? 'slower than any answer' : figure({ unit }, value.value);
  return `${shown} (${boundsOf({ unit }, value)}, n = ${count(value.n)})`;
}

function bullets(title: string, items: readonly string[]): string {
  return items.length === 0
    ? ''
    : [`**${title}**`, '', ...items.map((item) => `- ${escaped(item)}`)].join('\n');
}

function footer({
  runId,
  times: { injectedAt, requestedAt, plannedMs },
  exposure,
  directed,
  environment,
}: Report): string {
  const where =
    environment.where === 'local' ? `on one machine, seed ${environment.seed ?? 'none'}` : 'on AWS';
  const when = instant(injectedAt ?? requestedAt);
  const nobodyElse = directed === null ? 'everybody' : 'single requests';
  return `Run ${runId}, ${when}, ${exposure === 0 ? nobodyElse : exactShare(exposure)} exposed, ${duration(plannedMs)} planned, ${where}, Inoculate ${environment.inoculateVersion}`;
}

/** Text that stays text: no markup, no mention of anybody, no second line. */
export function escaped(text: string): string {
  return withoutTricks(text)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]|~#!$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@(?=[\w-])/g, '@\u2060')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^[-+]/, '\\$&');
}
