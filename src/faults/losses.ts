import { isControlPlane } from '../core/placement.ts';
import type { Fault } from '../generated/types.ts';
import { moduleOf } from './of.ts';

/** What a fault may lose for good as its file stands; what depends on the target is known only where it is deployed. */
export function lossOf(fault: Fault): string | null {
  return isControlPlane(fault) ? moduleOf(fault).losesData(fault) : null;
}
