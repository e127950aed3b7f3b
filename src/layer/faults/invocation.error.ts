import { affected } from './words.ts';
import type { FaultOf, InFunctionFaultModule } from './module.ts';

const DEFAULT_NAME = 'InoculatedError';
const DEFAULT_MESSAGE = 'injected by an experiment';

const whenInWords = {
  instead: 'instead of running their handler',
  after: 'after their handler has run',
  'mid-stream': 'after the first chunk of the answer that their handler streams',
} as const;

export const invocationError: InFunctionFaultModule<'invocation.error'> = {
  explain: (fault) =>
    `${affected(fault.rate, 'invocation')} of ${fault.target} fail with ${fault.name ?? DEFAULT_NAME} ${whenInWords[fault.when ?? 'instead']}`,
  canEndProcess: false,
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  onInvocation(fault, moment) {
    const when = fault.when ?? 'instead';
    // A handler that streams has handed over its answer when it is done, so what comes after it works on the stream.
    if (moment.at !== (when === 'after' && !moment.streaming ? 'after' : 'before')) return undefined;
    if (when === 'mid-stream' && !moment.streaming) return { skip: 'not-streaming' };
    if (!moment.streaming || when === 'instead') return { error: errorOf(fault) };
    const at = when === 'after' ? 'end' : 'first-chunk';
    return { stream: { type: 'abort', at, error: errorOf(fault) } };
  },
};

function errorOf(fault: FaultOf<'invocation.error'>): Error {
  const error = new Error(fault.message ?? DEFAULT_MESSAGE);
  error.name = fault.name ?? DEFAULT_NAME;
  return error;
}
