import type { ControlPlaneFault } from '../generated/types.ts';
import { controlPlaneFaults } from './index.ts';
import type { AnyControlPlaneFaultModule, Changer } from './module.ts';

/** The module of a fault, to be called with that fault. */
export function moduleOf(fault: ControlPlaneFault): AnyControlPlaneFaultModule {
  return controlPlaneFaults[fault.kind];
}

/** Every changer once. */
export function changers(): readonly Changer[] {
  return [...new Set(Object.values(controlPlaneFaults).map(({ changer }) => changer))];
}
