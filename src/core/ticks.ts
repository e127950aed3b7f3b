import type { CommandType } from './commands.ts';
import type { Draft } from './draft.ts';
import type { EpochMs } from './ids.ts';
import { approvalDueAt } from './phases/waiting.ts';
import type { Run } from './run.ts';

/** A tick chain that is this much overdue is dead, and the sweep revives it. */
const deadChainMs = 30_000;
/** Whoever was to send a tick has done so by then, or never will. */
const senderMs = 15_000;
/** A run still ticks this often, so that the queue never holds a message for long. */
const slowestMs = 60_000;
/** One that waits for people or for its start may wait for a day: less often, and within what a queue holds back. */
const slowestWaitMs = 10 * 60_000;

/** What no tick comes early for: it belongs to the regular one. */
const waitsForItsTick: ReadonlySet<CommandType> = new Set(['schedule-tick', 'observe', 'journal'] as const);

/** When the run should next be ticked; null where time alone changes nothing any more, but what the sweep sees to. */
export function nextTickAt(run: Run, at: EpochMs): EpochMs | null {
  const waiting = run.outbox.filter(({ command }) => !waitsForItsTick.has(command.type));
  if (run.phase === 'ended' && waiting.length === 0) return null;
  const earliest = Math.min(phaseDueAt(run, at), ...waiting.map((entry) => entry.retryAt));
  const waits = run.phase === 'announced' || run.phase === 'awaiting-approval';
  return Math.min(Math.max(earliest, at + run.settings.tickMs), at + (waits ? slowestWaitMs : slowestMs));
}

/**
 * How long until the next look. Harm that shows only after a long time shows slowly, so the wait grows with what has been
 * seen: a look comes at most a tenth later than it could. The tests of the evidence hold for any times of looks.
 */
function lookMs({ settings, injection, measuring }: Run, at: EpochMs): number {
  const { tickMs, slowestLookMs = tickMs } = settings;
  // A run that could not be seen is looked at again as soon as may be.
  const elapsedMs = measuring.failures > 0 ? 0 : at - (injection?.observingSince ?? at);
  return Math.max(tickMs, Math.min(Math.floor(elapsedMs / 10), slowestLookMs));
}

/** When the passing of time alone next means something in this phase. */
function phaseDueAt(run: Run, at: EpochMs): EpochMs {
  switch (run.phase) {
    case 'observing':
      return Math.min(at + lookMs(run, at), run.injection?.endsAt ?? -Infinity);
    case 'awaiting-approval':
      return Math.min(approvalDueAt(run), ...(run.announcements ?? []));
    case 'announced':
      return Math.min(run.startAt, ...(run.announcements ?? []));
    case 'ended':
      return Infinity;
    case 'reverting':
      return Math.min(...run.units.map(({ state }) => (state.at === 'reverting' ? state.nextAt : Infinity)));
    default:
      return -Infinity;
  }
}

/** Whether the tick that would act should have come by now. */
export function isLate(run: Run, at: EpochMs): boolean {
  return at > run.tick.expectedAt + run.settings.tickMs + run.settings.skewMs;
}

/** Replaces the chain's outstanding tick by a new one; only that one acts. */
export function continueChain(draft: Draft, epoch: number, n: number): void {
  for (const entry of draft.outstanding('schedule-tick')) draft.settle(entry.id);
  const due = nextTickAt(draft.run, draft.at);
  draft.patch({ tick: { epoch, n, expectedAt: due ?? draft.at + draft.run.settings.tickMs } });
  if (due !== null) draft.issue({ type: 'schedule-tick', epoch, n, at: due });
}

/**
 * A tick that is delivered again, or was replaced: whoever was to send the one that is expected may have died before.
 * Sent twice in a row it would be two chains, so it is sent again only where the first sender is over by now, or where
 * it belongs to a newer chain, which the few messages of an old one cannot keep doubling.
 */
export function resend(draft: Draft, epoch: number): void {
  for (const entry of draft.outstanding('schedule-tick')) {
    const surelyOver = draft.at >= Math.min(entry.retryAt, entry.issuedAt + senderMs);
    if (epoch < draft.run.tick.epoch || surelyOver) draft.reissue(entry);
  }
}

/**
 * A chain of rare ticks is too slow for what has just begun: a new one takes its place. And a tick that is overdue may
 * never have been sent: whatever happens to the run is an occasion to send it again.
 */
export function quickenChain(draft: Draft): void {
  const { run, at } = draft;
  for (const entry of draft.outstanding('schedule-tick')) if (entry.retryAt <= at) draft.reissue(entry);
  const due = nextTickAt(run, at);
  const slackMs = run.settings.tickMs + run.settings.skewMs;
  if (due !== null && run.tick.expectedAt > due + slackMs) continueChain(draft, run.tick.epoch + 1, 0);
}

/** Sees to it that a tick is sent again where the last one is long overdue, and none any more where none is needed. */
export function reviveChain(draft: Draft): void {
  const { run, at } = draft;
  const overdueMs = at - run.tick.expectedAt;
  if (nextTickAt(run, at) === null)
    for (const entry of draft.outstanding('schedule-tick')) draft.settle(entry.id);
  else if (overdueMs > deadChainMs + run.settings.skewMs) revive(draft, overdueMs);
}

function revive(draft: Draft, overdueMs: number): void {
  draft.decide('revive', `The tick chain was dead for ${overdueMs} ms.`);
  continueChain(draft, draft.run.tick.epoch + 1, 0);
}
