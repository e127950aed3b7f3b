import { type FaultPlace, faultPlaces } from '../generated/places.ts';
import type { ControlPlaneFault, Fault, InFunctionFault } from '../generated/types.ts';

/** Where a kind works; undefined where there is no such kind. */
export function placementOf(kind: unknown): FaultPlace['placement'] | undefined {
  return placeOf(kind)?.placement;
}

/** Where a kind works and what it takes; undefined where there is no such kind. */
export function placeOf(kind: unknown): FaultPlace | undefined {
  return Object.entries(faultPlaces).find(([known]) => known === kind)?.[1];
}

/** Works inside the function, on the invocations of the experimental group. */
export function isInFunction(fault: Fault): fault is InFunctionFault {
  return faultPlaces[fault.kind].placement === 'in-function';
}

/** Changes configuration on AWS, for everybody. */
export function isControlPlane(fault: Fault): fault is ControlPlaneFault {
  return faultPlaces[fault.kind].placement === 'control-plane';
}
