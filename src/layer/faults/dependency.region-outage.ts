import { howOf } from '../network/reach.ts';
import { outcomes } from './dependency.unreachable.ts';
import type { InFunctionFaultModule } from './module.ts';
import { affected } from './words.ts';

export const dependencyRegionOutage: InFunctionFaultModule<'dependency.region-outage'> = {
  explain: (fault) =>
    `${affected(fault.rate, 'connection and call', 'connections and calls')} from ${fault.target} to AWS endpoints in ${fault.region} ${outcomes[howOf(fault)]}`,
  canEndProcess: true,
  // Where no other Region takes over, what the function was to do is not done, however often it is tried.
  losesDataWhenAsynchronous: () => true,
  problem: () => undefined,
  answersCalls: true,
  onCall: (fault) => ({ unreachable: { how: howOf(fault) } }),
};
