import { affected } from './words.ts';
import type { InFunctionFaultModule } from './module.ts';

const DEFAULT_NAME = 'InoculatedError';
const DEFAULT_MESSAGE = 'injected by an experiment';

export const invocationError: InFunctionFaultModule<'invocation.error'> = {
  explain(fault) {
    const when = fault.when === 'after' ? 'after their handler has run' : 'instead of running their handler';
    return `${affected(fault.rate, 'invocation')} of ${fault.target} fail with ${fault.name ?? DEFAULT_NAME} ${when}`;
  },
  canEndProcess: false,
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  onInvocation(fault, moment) {
    if (moment.at !== (fault.when === 'after' ? 'after' : 'before')) return undefined;
    const error = new Error(fault.message ?? DEFAULT_MESSAGE);
    error.name = fault.name ?? DEFAULT_NAME;
    return { error };
  },
};
