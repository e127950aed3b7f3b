import { addressProblem } from '../calls/address.ts';
import { describeDelay, drawDelayMs } from '../draw.ts';
import type { InFunctionFaultModule } from './module.ts';
import { affectedCalls } from './words.ts';

export const dependencyLatency: InFunctionFaultModule<'dependency.latency'> = {
  explain: (fault) => `${affectedCalls(fault)} take ${describeDelay(fault.delay)} longer`,
  canEndProcess: true,
  losesDataWhenAsynchronous: () => false,
  problem: addressProblem,
  onCall: (fault, _call, draw) => ({ delayMs: drawDelayMs(fault.delay, draw) }),
};
