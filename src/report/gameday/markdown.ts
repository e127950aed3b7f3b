import { duration, instant } from '../format.ts';
import { escaped, signs } from '../markdown.ts';
import type { SessionRecord } from './record.ts';
import { gameDayReportOf, type GameDayReport, type GameDayRun } from './report.ts';
import { labelOf } from './sentences.ts';
import { howEnded, plannedWords } from './words.ts';

const titles: Readonly<Record<GameDayReport['result'], string>> = {
  held: '✅',
  deviated: '❌',
  inconclusive: '❔',
  running: '⏳',
  none: '🚫',
};

/** The report of a game day for pull requests, wikis and chats, in GitHub's Markdown. */
export function renderGameDayMarkdown(record: SessionRecord): string {
  const report = gameDayReportOf(record);
  const parts = [
    `### ${titles[report.result]} ${escaped(report.gameDay)}`,
    `**${escaped(report.sentence)}**`,
    report.purpose === null ? '' : `> ${escaped(report.purpose)}`,
    table(report.runs),
    learnt(report.runs),
    open(report.open),
    `<sub>${escaped(footer(report, record))}</sub>`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function table(runs: readonly GameDayRun[]): string {
  if (runs.length === 0) return '';
  const rows = runs.map((run) => {
    const { step, experiment, result, times } = run;
    const lasted =
      times?.injectedMs == null ? 'never' : `${duration(times.injectedMs)} of ${duration(times.plannedMs)}`;
    const sign = result === 'not-run' || result === 'aborted' ? '–' : signs[result];
    const cells = [String(step), experiment, lasted, howEnded(run)];
    return `| ${cells.map(escaped).join(' | ')} | ${sign} ${labelOf(result)} |`;
  });
  const header =
    '| Step | Experiment | Fault in place | How it ended | Verdict |\n| --- | --- | --- | --- | --- |';
  return [header, ...rows].join('\n');
}

function learnt(runs: readonly GameDayRun[]): string {
  const seen = runs.filter(({ times }) => times !== null);
  if (seen.length === 0) return '';
  const lessons = seen.flatMap(({ experiment, sentence, findings }) => [
    `- **${escaped(experiment)}**: ${escaped(sentence)}`,
    ...findings.map((finding) => `  - ${escaped(finding)}`),
  ]);
  return ['**What was learnt**', '', ...lessons].join('\n');
}

function open(questions: readonly string[]): string {
  if (questions.length === 0) return '**What is open**: nothing. Every experiment was run, and held.';
  return ['**What is open**', '', ...questions.map((question) => `- ${escaped(question)}`)].join('\n');
}

function footer(
  { session, stage, times, requestedBy, approvedBy, inoculateVersion }: GameDayReport,
  record: SessionRecord,
): string {
  const ended = times.endedAt === null ? 'goes on' : `ended ${instant(times.endedAt)}`;
  const approved = approvedBy === null ? '' : `, approved by ${approvedBy}`;
  return `Session ${session}, planned for ${plannedWords(record.session)}, ${ended}, asked for by ${requestedBy}${approved}, stage ${stage}, Inoculate ${inoculateVersion}`;
}
