import type { Experiment, Fault } from '../generated/types.ts';

/** What a fault's groups stick by; most kinds have no groups. */
function stickyByOf(fault: Fault): string | undefined {
  return 'stickyBy' in fault ? fault.stickyBy : undefined;
}

/**
 * The targets whose groups are drawn by a value of the event, such as a customer's id. What befalls their invocations
 * hangs together, and no test counts on that: nothing is ever shown to hold there, and uneven groups mean nothing.
 */
export function stickyTargets({ faults }: Pick<Experiment, 'faults'>): ReadonlyMap<string, string> {
  return new Map(
    faults.flatMap((fault) => {
      const path = stickyByOf(fault);
      return path === undefined ? [] : [[fault.target, path]];
    }),
  );
}

/** Why a run with such targets is never said to hold; null for any other. */
export function stickyDoubt(experiment: Pick<Experiment, 'faults'>): string | null {
  const sticky = [...stickyTargets(experiment)].map(([target, path]) => `those of ${target} by ${path}`);
  if (sticky.length === 0) return null;
  return `Nothing broke, but groups that stick by a value are never enough to say that it holds: ${sticky.join(', ')}.`;
}
