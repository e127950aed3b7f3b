import { affected } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

const DEFAULT_CODE = 1;

export const sandboxExit: InFunctionFaultModule<'sandbox.exit'> = {
  explain({ rate, target, code = DEFAULT_CODE, when }) {
    const where = when === 'after' ? 'after their handler has run' : 'instead of running their handler';
    return `${affected(rate, 'invocation')} of ${target} end with their process (exit code ${code}) ${where}`;
  },
  canEndProcess: true,
  needsOwnProcess: true,
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  onInvocation: ({ code = DEFAULT_CODE, when = 'before' }, { at }) =>
    at === when ? { exit: { code, once: 'now' } } : undefined,
};
