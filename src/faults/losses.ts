import type { TargetFacts } from '../core/facts.ts';
import { isControlPlane, isInFunction } from '../core/placement.ts';
import type { Fault } from '../generated/types.ts';
import { moduleOf as inFunctionModuleOf } from '../layer/faults/of.ts';
import { moduleOf } from './of.ts';

/** What a fault may lose for good as its file stands; what depends on the target is known only where it is deployed. */
export function lossOf(fault: Fault): string | null {
  return isControlPlane(fault) ? moduleOf(fault).losesData(fault) : null;
}

/** Whether a fault may lose something for good on a target as it is deployed. */
export function mayLose(fault: Fault, target: TargetFacts): boolean {
  if (isControlPlane(fault)) return moduleOf(fault).losesData(fault, target) !== null;
  // Where it is not known how the function is called, its events may be asynchronous.
  if (target.type !== 'function' || target.asynchronous === false || !isInFunction(fault)) return false;
  return inFunctionModuleOf(fault).losesDataWhenAsynchronous(fault);
}
