import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { assertNever } from '../../core/assert.ts';
import { startsOf } from '../../core/triggers.ts';
import type { JournalEntry } from '../../core/journal.ts';
import { clock, instant } from '../../report/format.ts';
import { checkText } from '../../report/html/sections/journal.ts';
import { withoutTricks } from '../../report/plain.ts';
import type { RunRecord } from '../../report/record.ts';
import { type Report, reportOf } from '../../report/report.ts';
import { remoteOptions, withRemote } from '../aws/options.ts';
import { fetchRun, recordOf, runNamed } from '../aws/runs.ts';
import { inPlaceWords, stillInPlace, waitingLines } from '../aws/words.ts';
import type { Command, Input } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

export const show: Command = {
  name: 'show',
  summary: 'Show everything about a run: verdict, reasons, journal',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, or an experiment's name for its latest run.

  inoculate show checkout-survives
  inoculate show checkout-survives.manual.k3v9x2ab --html report.html --md report.md`,
  options: {
    ...remoteOptions,
    html: { type: 'value', placeholder: 'FILE', description: 'write the report as one page' },
    md: { type: 'value', placeholder: 'FILE', description: 'write it as Markdown' },
    json: { type: 'flag', description: 'machine-readable: the report, the run and its journal' },
  },
  run(input, context) {
    return withRemote(input, context, async (remote) => {
      const id = await runNamed(remote, input.args[0] ?? '');
      const { run, journal } = await fetchRun(remote, id);
      const record = recordOf(run, journal);
      const written = await writeFiles(record, input, context);
      if (input.flag('json'))
        context.stdout.write(`${JSON.stringify({ report: reportOf(record), run, journal }, null, 2)}\n`);
      else context.stdout.write(`${[...linesOf(record), ...written].map(withoutTricks).join('\n')}\n`);
      return exitCodes.held;
    });
  },
};

async function writeFiles(record: RunRecord, input: Input, { cwd }: CliContext): Promise<readonly string[]> {
  const wanted = [
    ['html', async () => (await import('../../report/html.ts')).renderHtml(record)],
    ['md', async () => (await import('../../report/markdown.ts')).renderMarkdown(record)],
  ] as const;
  const written: string[] = [];
  for (const [option, render] of wanted) {
    const file = input.value(option);
    if (file === undefined) continue;
    const path = resolve(cwd, file);
    const text = await render();
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    written.push(`report: ${path}`);
  }
  return written;
}

function linesOf(record: RunRecord): readonly string[] {
  const { run, journal } = record;
  const report = reportOf(record);
  return [
    report.runId,
    report.sentence,
    '',
    `experiment   ${report.experiment}: ${report.hypothesis}`,
    ...startsOf(run.experiment).map((start) => `starts       ${start}`),
    `asked for    ${instant(run.requestedAt)} by ${report.requestedBy}, stage ${report.stage}`,
    `phase        ${run.phase} since ${instant(run.phaseSince)}${run.phase === 'ended' ? '' : `; ${inPlaceWords(stillInPlace(run))}`}`,
    ...waitingLines(run).map((line) => `approval     ${line}`),
    ...report.faults.map(
      ({ id, sentence, fired }) => `fault ${id.padEnd(6)} ${sentence}; injected ${fired} times`,
    ),
    ...report.hypotheses.map(claimLine),
    ...report.notJudged.map(({ signal, why }) => `not judged   ${signal}: ${why}`),
    ...report.spared.map((sentence) => `left alone   ${sentence}`),
    ...report.findings.map((finding) => `finding      ${finding}`),
    `reverts      ${report.reverts.sentence}`,
    ...report.reverts.resources.map(({ resource, sentence }) => `  ${resource}: ${sentence}`),
    '',
    'journal',
    ...journal.flatMap(journalLine),
  ];
}

function claimLine({ claim, verdict, why }: Report['hypotheses'][number]): string {
  return `claim        ${claim}: ${verdict ?? 'not judged yet'}${why === null ? '' : ` (${why})`}`;
}

/** Looks at the groups are in the report; one line each would bury the rest. */
function journalLine({ seq, at, what }: JournalEntry): readonly string[] {
  const line = (text: string): readonly string[] => [`${String(seq).padStart(5)}  ${clock(at)}  ${text}`];
  switch (what.type) {
    case 'event':
      return line(`${what.event}${what.detail === '' ? '' : `: ${what.detail}`}`);
    case 'phase':
      return line(`${what.from === null ? '' : `${what.from} → `}${what.to}: ${what.reason}`);
    case 'decision':
      return line(`${what.decision}: ${what.reason}`);
    case 'effect':
      return line(`${what.effect} ${what.unit}: ${what.outcome}`);
    case 'checks':
      return line(what.checks.map(checkText).join('; '));
    case 'measurement':
      return [];
    default:
      return assertNever(what);
  }
}
