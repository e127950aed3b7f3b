import type { Fault } from '../generated/types.ts';
import { moduleOf } from '../layer/faults/of.ts';

/** One sentence for people: what this fault does to whom. */
export function explainFault(fault: Fault): string {
  return moduleOf(fault).explain(fault);
}
