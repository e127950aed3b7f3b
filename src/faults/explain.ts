import { isInFunction } from '../core/placement.ts';
import type { Fault } from '../generated/types.ts';
import { moduleOf as inFunctionModuleOf } from '../layer/faults/of.ts';
import { moduleOf } from './of.ts';

/** One sentence for people: what this fault does to whom. */
export function explainFault(fault: Fault): string {
  return isInFunction(fault) ? inFunctionModuleOf(fault).explain(fault) : moduleOf(fault).explain(fault);
}
