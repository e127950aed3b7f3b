import type { InFunctionFault } from '../generated/types.ts';
import { moduleOf } from '../layer/faults/of.ts';

/** Which function of the library is used: one has a handler, with an event and an answer, the other has not. */
export type Caller = 'withFaults' | 'wrap';

/** Why a kind cannot be used here, with what can; undefined where it can. */
export function unfit(fault: InFunctionFault, caller: Caller): string | undefined {
  const { kind } = fault;
  const module = moduleOf(fault);
  // The end of a process can be shown as an error.
  if (module.needsOwnProcess === true && kind !== 'sandbox.exit')
    return `${kind} works on a whole process, and that of a test is its runner's: use "inoculate try" or a run with --local, which have sandboxes`;
  if (caller === 'withFaults' && module.onInvocation !== undefined)
    return `${kind} works on a handler, with its event and its answer: use wrap(handler, { faults })`;
  return undefined;
}
