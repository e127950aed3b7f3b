import { isAsynchronous, isBatch } from '../event/source.ts';
import { affected } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

export const sandboxColdStart: InFunctionFaultModule<'sandbox.cold-start'> = {
  explain: ({ rate = 1, target, every }) =>
    `${affected(rate * every, 'good answer')} of ${target} are the last of their process: a cold start follows`,
  canEndProcess: true,
  needsOwnProcess: true,
  // To Lambda an invocation is over when the runtime asks for the next one: without that it may repeat the event.
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  onInvocation({ every, acceptsDataLoss }, { at, source }, draw) {
    if (at !== 'before' || draw('every') >= every) return undefined;
    if ((isAsynchronous(source) || isBatch(source)) && acceptsDataLoss !== true)
      return { skip: 'would-lose-data' };
    return { exit: { code: 0, once: 'answered' } };
  },
};
