import { isInFunction } from '../core/placement.ts';
import type { Fault } from '../generated/types.ts';
import { moduleOf as inFunctionModuleOf } from '../layer/faults/of.ts';
import { moduleOf } from './of.ts';
import { describeScope } from './scope.ts';

/** One sentence for people: what this fault does to whom. */
export function explainFault(fault: Fault): string {
  if (!isInFunction(fault)) return moduleOf(fault).explain(fault);
  return `${inFunctionModuleOf(fault).explain(fault)}${describeScope(fault)}`;
}
