import type { UnitId } from '../core/ids.ts';
import { isControlPlane } from '../core/placement.ts';
import type { Run } from '../core/run.ts';
import type { Trace } from './module.ts';
import { moduleOf } from './of.ts';

/**
 * What shows that somebody met the faults of a run, by their units. A table that is lowered, and whose callers ask for less,
 * throttles nobody: a run that held then has shown nothing.
 */
export function tracesOf(run: Run): readonly (Trace & { readonly unit: UnitId })[] {
  return run.units.flatMap((unit) => {
    const id = run.targets.find(({ name }) => name === unit.target)?.id ?? null;
    if (id === null) return [];
    return unit.faults.flatMap((fault) => {
      const found = run.experiment.faults[Number(fault.slice(1)) - 1];
      if (found === undefined || !isControlPlane(found)) return [];
      return (moduleOf(found).traces?.(found, id) ?? []).map((trace) => ({ ...trace, unit: unit.id }));
    });
  });
}
