import { unitHash } from './hash.ts';

/** Which part an invocation plays in a run. */
export type Group = 'experimental' | 'control' | 'bystander';
/** The two groups that are counted. */
export type EnrolledGroup = Exclude<Group, 'bystander'>;

/**
 * The group of an invocation, from nothing but the dose and the request id, so that anyone can recompute it:
 * u = MurmurHash3-32("salt:requestId") / 2^32; experimental below `exposure`, control from 1 - `exposure` on.
 *
 * With salt "salt-0001" and exposure 0.4, request ids "request-1" to "request-6" have u = 0.848533, 0.362916, 0.650168,
 * 0.367998, 0.492155 and 0.777478: control, experimental, control, experimental, bystander, control.
 */
export function groupOf(salt: string, requestId: string, exposure: number): Group {
  const place = unitHash(`${salt}:${requestId}`);
  if (place < exposure) return 'experimental';
  return place >= 1 - exposure ? 'control' : 'bystander';
}
