import { unitHash } from './hash.ts';

/** Which part an invocation plays in a run. */
export type Group = 'experimental' | 'control' | 'bystander';
/** The two groups that are counted. */
export type EnrolledGroup = Exclude<Group, 'bystander'>;

/**
 * The group of an invocation, from nothing but the dose and the request id, so that anyone can recompute it:
 * u = MurmurHash3-32("salt:requestId") / 2^32; experimental below `exposure`, control from 1 - `exposure` on.
 *
 * With salt "salt-0001" and exposure 0.1:
 * request id 8476a536-e9f4-11e8-9739-2dfe598c3fcd has u = VECTOR_A.
 */
export function groupOf(salt: string, requestId: string, exposure: number): Group {
  const place = unitHash(`${salt}:${requestId}`);
  if (place < exposure) return 'experimental';
  return place >= 1 - exposure ? 'control' : 'bystander';
}
