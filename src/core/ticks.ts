import type { Draft } from './draft.ts';
import type { EpochMs } from './ids.ts';
import type { Run } from './run.ts';

/** A tick chain that is this much overdue is dead, and the sweep revives it. */
const deadChainMs = 30_000;
/** A run that only waits still ticks this often, so that the queue never holds a message for long. */
const slowestMs = 60_000;

/** When the run should next be ticked; null where time alone changes nothing any more, but what the sweep sees to. */
export function nextTickAt(run: Run, at: EpochMs): EpochMs | null {
  const waiting = run.outbox.filter((entry) => entry.command.type !== 'schedule-tick');
  if (run.phase === 'ended' && waiting.length === 0) return null;
  const earliest = Math.min(phaseDueAt(run), ...waiting.map((entry) => entry.retryAt));
  return Math.min(Math.max(earliest, at + run.settings.tickMs), at + slowestMs);
}

/** When the passing of time alone next means something in this phase. */
function phaseDueAt(run: Run): EpochMs {
  switch (run.phase) {
    case 'awaiting-approval':
      return run.phaseSince + run.settings.approvalMs;
    case 'announced':
      return run.startAt;
    case 'ended':
      return Infinity;
    case 'reverting':
      return Math.min(...run.units.map(({ state }) => (state.at === 'reverting' ? state.nextAt : Infinity)));
    default:
      return -Infinity;
  }
}

/** Replaces the chain's outstanding tick by a new one; only that one acts. */
export function continueChain(draft: Draft, epoch: number, n: number): void {
  for (const entry of draft.outstanding('schedule-tick')) draft.settle(entry.id);
  const due = nextTickAt(draft.run, draft.at);
  draft.patch({ tick: { epoch, n, expectedAt: due ?? draft.at + draft.run.settings.tickMs } });
  if (due !== null) draft.issue({ type: 'schedule-tick', epoch, n, at: due });
}

/** A chain of rare ticks is too slow for what has just begun: a new one takes its place. */
export function quickenChain(draft: Draft): void {
  const { run, at } = draft;
  const due = nextTickAt(run, at);
  const slackMs = run.settings.tickMs + run.settings.skewMs;
  if (due !== null && run.tick.expectedAt > due + slackMs) continueChain(draft, run.tick.epoch + 1, 0);
}

export function reviveChain(draft: Draft): void {
  const { run, at } = draft;
  const overdueMs = at - run.tick.expectedAt;
  if (nextTickAt(run, at) === null || overdueMs <= deadChainMs + run.settings.skewMs) return;
  draft.decide('revive', `The tick chain was dead for ${overdueMs} ms.`);
  continueChain(draft, run.tick.epoch + 1, 0);
}
