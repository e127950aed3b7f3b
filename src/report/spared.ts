import type { TargetObservation } from '../core/evidence.ts';
import type { Run } from '../core/run.ts';
import { sumSeen, whySkipped } from '../core/skipped.ts';
import { counted } from './format.ts';

/** Why less was injected than was asked for, and whom the faults were for at all, in sentences. */
export function sparedSentences(run: Run, targets: readonly TargetObservation[]): string[] {
  const skips = targets.flatMap(({ target, skipped }) =>
    Object.entries(skipped).map(
      ([reason, n]) => `${counted(n, 'time')} because ${whySkipped(reason)} (${target})`,
    ),
  );
  // Without groups the journal has no looks at them; the run itself knows the latest.
  const ofRun = Object.entries(run.measuring.skipped ?? {}).map(
    ([reason, n]) => `${counted(n, 'time')} because ${whySkipped(reason)}`,
  );
  const all = targets.length > 0 ? skips : ofRun;
  return [
    ...(all.length === 0 ? [] : [`Nothing, or less than asked for, was injected ${all.join(', ')}.`]),
    ...whomTheyAreFor(run, targets),
  ];
}

/** Only where there are others: without conditions, a fault is for everybody. */
function whomTheyAreFor(run: Run, targets: readonly TargetObservation[]): string[] {
  const told = targets.flatMap(({ seen }) => (seen === undefined ? [] : [seen]));
  const { matched, others } =
    told.length > 0 ? sumSeen(told) : (run.measuring.seen ?? { matched: 0, others: 0 });
  if (others === 0) return [];
  const all = counted(matched + others, 'invocation');
  return [
    `Of ${all} that came meanwhile, the faults are for ${matched}: the events of the others do not match.`,
  ];
}
