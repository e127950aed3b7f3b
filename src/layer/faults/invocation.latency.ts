import { describeDelay, drawDelayMs, type Draw } from '../draw.ts';
import type { StreamEffect } from '../stream/stream-effect.ts';
import { affected } from './words.ts';
import type { FaultOf, InFunctionFaultModule } from './module.ts';

type Fault = FaultOf<'invocation.latency'>;

const whereInWords = {
  before: 'before its handler runs',
  after: 'before its answer is handed over',
  'first-byte': 'before the first byte of the answer that its handler streams',
  chunks: 'before each chunk of the answer that its handler streams',
} as const;

export const invocationLatency: InFunctionFaultModule<'invocation.latency'> = {
  explain(fault) {
    const end = fault.untilTimeout ? ', into its timeout if need be' : '';
    return `${affected(fault.rate, 'invocation')} of ${fault.target} wait ${describeDelay(fault.delay)} ${whereInWords[fault.when ?? 'before']}${end}`;
  },
  canEndProcess: true,
  losesDataWhenAsynchronous: (fault) => fault.untilTimeout === true,
  problem: () => undefined,
  onInvocation(fault, moment, draw) {
    const when = fault.when ?? 'before';
    // A handler that streams has handed over its answer when it is done, so what comes after it works on the stream.
    if (moment.at !== (when === 'after' && !moment.streaming ? 'after' : 'before')) return undefined;
    if (moment.streaming && when !== 'before') return { stream: streamDelay(fault, when, draw) };
    if (when === 'first-byte' || when === 'chunks') return { skip: 'not-streaming' };
    return { delayMs: drawDelayMs(fault.delay, draw), untilTimeout: fault.untilTimeout === true };
  },
};

/** Each chunk has a delay of its own. */
function streamDelay(fault: Fault, when: 'after' | 'first-byte' | 'chunks', draw: Draw): StreamEffect {
  return {
    type: 'delay',
    at: when === 'after' ? 'end' : when,
    delayMs: (chunk) =>
      drawDelayMs(fault.delay, (purpose) => draw(chunk === 0 ? purpose : `${purpose}-${chunk}`)),
    untilTimeout: fault.untilTimeout === true,
  };
}
