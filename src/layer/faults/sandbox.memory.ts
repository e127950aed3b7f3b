import { affected, bytesInWords, percent } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

export const sandboxMemory: InFunctionFaultModule<'sandbox.memory'> = {
  explain({ rate, target, fill, bytes }) {
    const taken =
      fill === undefined
        ? `${bytesInWords(bytes ?? 0)} more of its memory taken up`
        : `${percent(fill)} of its memory taken up`;
    return `${affected(rate, 'invocation')} of ${target} run with ${taken}`;
  },
  // Lambda kills a sandbox that needs more than its memory.
  canEndProcess: true,
  needsOwnProcess: true,
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  onInvocation({ fill, bytes }, { at }) {
    if (at !== 'before') return undefined;
    if (fill !== undefined) return { occupy: { type: 'memory', fill } };
    return bytes === undefined ? undefined : { occupy: { type: 'memory', bytes } };
  },
};
