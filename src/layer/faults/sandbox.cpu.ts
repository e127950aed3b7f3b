import { affected, percent } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

export const sandboxCpu: InFunctionFaultModule<'sandbox.cpu'> = {
  explain({ rate, target, load, threads = 1 }) {
    const burners = threads === 1 ? 'a thread that burns' : `${threads} threads that each burn`;
    return `${affected(rate, 'invocation')} of ${target} run beside ${burners} ${percent(load)} of a CPU`;
  },
  // What takes longer may run into the timeout.
  canEndProcess: true,
  needsOwnProcess: true,
  losesDataWhenAsynchronous: () => false,
  problem: () => undefined,
  onInvocation: ({ load, threads = 1 }, { at }) =>
    at === 'before' ? { occupy: { type: 'cpu', load, threads } } : undefined,
};
