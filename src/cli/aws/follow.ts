import type { RunId } from '../../core/ids.ts';
import type { JournalEntry } from '../../core/journal.ts';
import type { Run } from '../../core/run.ts';
import type { Progress } from '../run/progress.ts';
import { FailureError } from '../command.ts';
import type { Remote } from './remote.ts';
import { fetchRun } from './runs.ts';

/** A run changes once a tick. Shorter ones would only cost. */
const shortestMs = 1_000;
const longestMs = 5_000;
/** So often may the controller be out of reach, one time after the other. */
const mostFailures = 10;

export interface Followed {
  readonly run: Run;
  readonly journal: readonly JournalEntry[];
}

/** Tells how a run goes, until it has ended or the signal says that nobody watches any more. */
export async function follow(
  remote: Remote,
  id: RunId,
  progress: Progress,
  signal: AbortSignal,
): Promise<Followed> {
  const journal: JournalEntry[] = [];
  let run: Run | undefined;
  for (let failures = 0; ;) {
    try {
      const fetched = await fetchRun(remote, id, journal.at(-1)?.seq);
      ({ run } = fetched);
      failures = 0;
      progress.state(run);
      for (const entry of fetched.journal) tell(entry, progress);
      journal.push(...fetched.journal);
    } catch (error) {
      // The run goes on without us: a lost connection is no reason to stop watching.
      failures += 1;
      if (run === undefined || !(error instanceof FailureError) || failures >= mostFailures) throw error;
      progress.error('looking at the run', error);
    }
    if (run.phase === 'ended' || signal.aborted) return { run, journal };
    await remote.wait(Math.min(longestMs, Math.max(shortestMs, run.settings.tickMs)), signal);
    if (signal.aborted) return { run, journal };
  }
}

function tell({ what }: JournalEntry, progress: Progress): void {
  if (what.type === 'phase') progress.line(`${what.to}: ${what.reason}`);
  if (what.type === 'measurement') progress.look(what);
  if (what.type === 'checks') progress.probed(what);
  if (what.type === 'effect' && what.outcome.startsWith('failed'))
    progress.line(`${what.effect} of ${what.unit}: ${what.outcome}`);
}
