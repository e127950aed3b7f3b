import { systemClock } from '../../adapters/system-clock.ts';
import { assertNever } from '../../core/assert.ts';
import type { AbortReason, Outcome, Run } from '../../core/run.ts';
import type { RunLine } from '../../controller/requests.ts';
import { duration, instant } from '../../report/format.ts';
import { describeAbort, unstopped } from '../../report/sentences.ts';

/** "held", "aborted because alarm x fired: deviated", "refused: the kill switch is on" */
export function outcomeWords(outcome: Outcome | null): string {
  if (outcome === null) return 'under way';
  switch (outcome.result) {
    case 'completed':
      return outcome.verdict.verdict;
    case 'aborted':
      return `${outcome.verdict.verdict}, ${describeAbort(outcome.reason)}`;
    case 'refused':
      return `refused: ${unstopped(outcome.reason)}`;
    case 'errored':
      return `failed: ${unstopped(outcome.reason)}`;
    default:
      return assertNever(outcome);
  }
}

/** "42 s ago"; the day and time where that is longer than a day ago. */
export function ago(at: number): string {
  const ms = Math.max(0, systemClock.now() - at);
  return ms > 86_400_000 ? instant(at) : `${duration(Math.round(ms / 1000) * 1000)} ago`;
}

/** "in place: a, b"; "nothing in place". */
export function inPlaceWords(resources: readonly string[]): string {
  return resources.length === 0 ? 'nothing in place' : `in place: ${resources.join(', ')}`;
}

export function stillInPlace({ units }: Pick<Run, 'units'>): readonly string[] {
  return units
    .filter(({ state }) => state.at === 'applying' || state.at === 'applied' || state.at === 'reverting')
    .map(({ resource }) => resource);
}

/** What to do about a run that waits for somebody; nothing for every other. */
export function waitingLines({ id, phase }: Pick<Run, 'id' | 'phase'>): readonly string[] {
  return phase === 'awaiting-approval'
    ? [`waits for an approval: inoculate approve ${id} (or decline, or postpone, with --stage as here)`]
    : [];
}

/** A run that has not ended, in two lines; a third where it waits for somebody. */
export function underWayLines({
  id,
  phase,
  phaseSince,
  requestedBy,
  abort,
  inPlace,
}: RunLine): readonly string[] {
  const why = abort === null ? '' : `, ${abortWords(abort)}`;
  return [
    `${id}  ${phase} since ${ago(phaseSince)}${why}`,
    `  asked for by ${requestedBy}; ${inPlaceWords(inPlace)}`,
    ...waitingLines({ id, phase }).map((line) => `  ${line}`),
  ];
}

export function abortWords(abort: AbortReason): string {
  return describeAbort(abort);
}

/** "1 run is under way", "no run is under way" */
export function runsWords(count: number): string {
  if (count === 0) return 'no run is under way';
  return count === 1 ? '1 run is under way' : `${count} runs are under way`;
}
