import { affected, percent } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

export const sandboxDisk: InFunctionFaultModule<'sandbox.disk'> = {
  explain: ({ rate, target, fill }) =>
    `${affected(rate, 'invocation')} of ${target} run with ${percent(fill)} of /tmp taken up`,
  // A large /tmp takes seconds to fill.
  canEndProcess: true,
  needsOwnProcess: true,
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  onInvocation: ({ fill }, { at }) => (at === 'before' ? { occupy: { type: 'disk', fill } } : undefined),
};
