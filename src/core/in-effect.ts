import { firedByChance } from './directives.ts';
import { isInFunction } from './placement.ts';
import type { Run, Unit } from './run.ts';

/** Faults that did nothing: in-function ones that never fired, control-plane ones that were never in place. */
export function silentFaults(run: Run): readonly string[] {
  return ids(run, (id, unit, inFunction) =>
    inFunction ? injections(run, id) === 0 : unit === undefined || !wasInPlace(unit),
  );
}

/** What is claimed of groups rests on what befell them; what is claimed otherwise, on every injection. */
function injections(run: Run, fault: string): number {
  return run.hypotheses.length > 0 ? firedByChance(run, fault) : (run.measuring.fired[fault] ?? 0);
}

/**
 * Control-plane faults that were in place and were seen to make no difference to anybody. One of which nobody can see
 * what it does counts as in effect.
 */
export function faultsWithoutEffect(run: Run): readonly string[] {
  return ids(
    run,
    (_id, unit, inFunction) => !inFunction && unit !== undefined && run.measuring.inEffect[unit.id] === false,
  );
}

/** Whether any fault works inside a function, so that its layer has to report. */
export function needsLayer(run: Run): boolean {
  return ids(run, (_id, _unit, inFunction) => inFunction).length > 0;
}

function wasInPlace({ state }: Unit): boolean {
  if (state.at === 'planned' || state.at === 'captured') return false;
  return state.at !== 'reverted' || state.how !== 'never-applied';
}

/** The faults of which something is true, in the order of the file. */
function ids(
  { experiment, units }: Run,
  isTrue: (id: string, unit: Unit | undefined, inFunction: boolean) => boolean,
): readonly string[] {
  return experiment.faults.flatMap((fault, index) => {
    const id = `f${index + 1}`;
    const unit = units.find(({ faults }) => faults.includes(id));
    return isTrue(id, unit, unit === undefined ? isInFunction(fault) : unit.driver === 'dose') ? [id] : [];
  });
}
