import type { InFunctionFault } from '../../generated/types.ts';
import { inFunctionFaults } from './index.ts';
import type { AnyInFunctionFaultModule } from './module.ts';

/** The module of a fault, to be called with that fault. */
export function moduleOf(fault: InFunctionFault): AnyInFunctionFaultModule {
  return inFunctionFaults[fault.kind];
}
