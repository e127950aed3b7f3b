import { describeDelay, drawDelayMs } from '../draw.ts';
import { affected } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

export const invocationLatency: InFunctionFaultModule<'invocation.latency'> = {
  explain(fault) {
    const where = fault.when === 'after' ? 'before its answer is handed over' : 'before its handler runs';
    const end = fault.untilTimeout ? ', into its timeout if need be' : '';
    return `${affected(fault.rate, 'invocation')} of ${fault.target} wait ${describeDelay(fault.delay)} ${where}${end}`;
  },
  canEndProcess: true,
  losesDataWhenAsynchronous: (fault) => fault.untilTimeout === true,
  problem: () => undefined,
  onInvocation(fault, moment, draw) {
    if (moment.at !== (fault.when ?? 'before')) return undefined;
    return { delayMs: drawDelayMs(fault.delay, draw), untilTimeout: fault.untilTimeout === true };
  },
};
