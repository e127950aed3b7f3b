import type { InFunctionFault } from '../generated/types.ts';
import { pathProblem } from '../layer/event/path.ts';
import { moduleOf } from '../layer/faults/of.ts';

/** Which function of the library is used: one has a handler, with an event and an answer, the other has not. */
export type Caller = 'withFaults' | 'wrap';

/** Why a fault cannot be used here, with what can; undefined where it can. */
export function unfit(fault: InFunctionFault, caller: Caller): string | undefined {
  const { kind } = fault;
  const module = moduleOf(fault);
  // The end of a process can be shown as an error.
  if (module.needsOwnProcess === true && kind !== 'sandbox.exit')
    return `${kind} works on a whole process, and that of a test is its runner's: use "inoculate try" or a run with --local, which have sandboxes`;
  if (caller === 'withFaults' && module.onInvocation !== undefined)
    return `${kind} works on a handler, with its event and its answer: use wrap(handler, { faults })`;
  if (caller === 'withFaults' && fault.match !== undefined)
    return `"match" asks for an event, and withFaults has none: use wrap(handler, { faults }), or leave it out`;
  return pathTrouble(fault);
}

function pathTrouble({ match = [], stickyBy }: InFunctionFault): string | undefined {
  const paths = [...match.map(({ path }) => path), ...(stickyBy === undefined ? [] : [stickyBy])];
  for (const path of paths) {
    const wrong = pathProblem(path);
    if (wrong !== undefined) return `the path ${path} cannot be read: ${wrong.problem}; ${wrong.expected}`;
  }
  return undefined;
}
