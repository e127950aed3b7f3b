import type { RunId } from '../../core/ids.ts';
import type { JournalEntry } from '../../core/journal.ts';
import type { Run } from '../../core/run.ts';
import { isRunId } from '../../core/run-id.ts';
import { recordOf as recordOnAws } from '../../controller/run-record.ts';
import type { RunRecord } from '../../report/record.ts';
import { UsageError } from '../command.ts';
import { packageVersion } from '../version.ts';
import { ask } from './ask.ts';
import type { Remote } from './remote.ts';

const namePattern = /^[a-z][a-z0-9-]*$/;

/** A run's id as it is; for an experiment's name, the id of its latest run. */
export async function runNamed(remote: Remote, text: string): Promise<RunId> {
  if (isRunId(text)) return text;
  requireName(text);
  const { runs } = await ask(remote, { inoculate: 'runs/1', experiment: text, limit: 1 });
  const [latest] = runs;
  if (latest !== undefined) return latest.id;
  throw new UsageError(
    `Experiment ${text} has no run at stage ${remote.stage}`,
    '"inoculate list" shows the experiments and their latest runs',
  );
}

/** A run's id as it is; for an experiment's name, the id of its only run under way. */
export async function runUnderWay(remote: Remote, text: string): Promise<RunId> {
  if (isRunId(text)) return text;
  requireName(text);
  const { runs } = await ask(remote, { inoculate: 'status/1' });
  const own = runs.filter(({ experiment, phase }) => experiment === text && phase !== 'ended');
  const [only] = own;
  if (only !== undefined && own.length === 1) return only.id;
  throw new UsageError(
    own.length === 0
      ? `Experiment ${text} has no run under way at stage ${remote.stage}`
      : `Experiment ${text} has ${own.length} runs under way`,
    own.length === 0 ? '"inoculate status" shows all that are' : own.map(({ id }) => id).join(', '),
  );
}

function requireName(text: string): void {
  if (namePattern.test(text)) return;
  throw new UsageError(
    `"${text}" is neither a run's id nor an experiment's name`,
    'such as checkout-slow.manual.k3v9x2ab, or checkout-slow; "inoculate status" and "inoculate list" show them',
  );
}

/** A run with the entries of its journal after a number, however many pages that takes. */
export async function fetchRun(
  remote: Remote,
  id: RunId,
  after = -1,
): Promise<{ readonly run: Run; readonly journal: readonly JournalEntry[] }> {
  const journal: JournalEntry[] = [];
  for (;;) {
    const last: number = journal.at(-1)?.seq ?? after;
    const answer = await ask(remote, { inoculate: 'show/1', run: id, after: last });
    if (answer.result === 'unknown-run') throw unknownRun(remote, id);
    journal.push(...answer.journal);
    const complete = (journal.at(-1)?.seq ?? last) >= answer.run.nextJournalSeq - 1;
    if (complete || answer.journal.length === 0) return { run: answer.run, journal };
  }
}

export function unknownRun({ stage }: Remote, id: RunId): UsageError {
  return new UsageError(
    `There is no run ${id} at stage ${stage}`,
    '"inoculate list" shows the latest run of each experiment; ended runs are kept for 90 days',
  );
}

/** What a report is made of. */
export function recordOf(run: Run, journal: readonly JournalEntry[]): RunRecord {
  return recordOnAws(run, journal, packageVersion());
}
