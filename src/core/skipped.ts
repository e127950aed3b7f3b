import type { Seen, TargetObservation } from './evidence.ts';
import type { Measuring } from './run.ts';
import { sumCounts } from './telemetry.ts';

/** Why nothing, or less than asked for, was injected into an invocation: by the layer's names, after "because". */
const reasons: ReadonlyMap<string, string> = new Map([
  ['stale', 'the dose could not be read in time'],
  ['clock', 'the clock of the sandbox was wrong'],
  ['start-not-acknowledged', 'its start could not be written down first'],
  ['budget', 'the budget of the fault was used up'],
  ['breaker', 'too many invocations had failed in its sandbox'],
  ['wrong-source', 'its event source cannot bear the fault'],
  ['would-lose-data', 'its event could have been lost for good'],
  ['shared-process', 'it shared its process with other invocations'],
  ['not-streaming', 'it did not stream its answer'],
  ['no-sticky-value', 'its event has no value to stick by'],
  ['not-applicable', 'there was nothing to change'],
  ['directive-unsigned', 'its directive was not signed'],
  ['directive-expired', 'its directive had expired'],
  ['directive-foreign', 'its directive was for another function or run'],
  ['directive-repeated', 'its directive had been used before'],
]);

/** A reason in words; one that a newer layer reports, by its name. */
export function whySkipped(reason: string): string {
  return reasons.get(reason) ?? `of ${reason}`;
}

/** What the layers left alone and what they saw, over all targets. */
export function sparedOf(targets: readonly TargetObservation[]): Pick<Measuring, 'skipped' | 'seen'> {
  const seen = targets.flatMap((target) => (target.seen === undefined ? [] : [target.seen]));
  return {
    skipped: sumCounts(targets.map(({ skipped }) => skipped)),
    ...(seen.length === 0 ? {} : { seen: sumSeen(seen) }),
  };
}

export function sumSeen(all: readonly Seen[]): Seen {
  return all.reduce(
    (sum, { matched, others }) => ({ matched: sum.matched + matched, others: sum.others + others }),
    { matched: 0, others: 0 },
  );
}

/** What came while the faults were in place, where none of it was enrolled; empty where the layers do not tell. */
export function seenInstead({ seen }: Pick<Measuring, 'seen'>): string {
  if (seen === undefined) return '';
  const { matched, others } = seen;
  if (matched + others === 0) return ': none came';
  if (matched === 0) return `: ${others} came, and no fault is for any of them`;
  return `: of ${matched + others} that came, a fault is for ${matched}, and none was drawn`;
}

/** The likeliest reason for a fault that never was injected: what kept most of them back; null where nothing did. */
export function mostSkipped({ skipped = {} }: Pick<Measuring, 'skipped'>): string | null {
  const [most] = Object.entries(skipped).sort(([, a], [, b]) => b - a);
  return most === undefined ? null : `${most[1]} times because ${whySkipped(most[0])}`;
}
