import { faultPlaces } from '../generated/places.ts';
import type { ControlPlaneFault, Fault, InFunctionFault } from '../generated/types.ts';

/** Works inside the function, on the invocations of the experimental group. */
export function isInFunction(fault: Fault): fault is InFunctionFault {
  return faultPlaces[fault.kind].placement === 'in-function';
}

/** Changes configuration on AWS, for everybody. */
export function isControlPlane(fault: Fault): fault is ControlPlaneFault {
  return faultPlaces[fault.kind].placement === 'control-plane';
}
