import type { ChangeContext } from '../module.ts';

export interface Denial {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Callers with one of these roles, by name or ARN; everybody where there are none. */
  readonly roles: readonly string[] | undefined;
}

/**
 * A statement that denies, as a policy carries it. Never the account's root user, who can always mend a policy, and
 * never Inoculate, which must take it back. Services call without a principal's ARN: only where no role is named does it
 * deny them, since a condition `ArnNotLike` holds for a key that is not there.
 */
export function denyStatement({ target }: ChangeContext, Sid: string, denial: Denial): string {
  const [, partition = 'aws', , , account = ''] = target.arn.split(':');
  // A bucket's ARN names no account.
  const identity = `arn:${partition}:iam::${account === '' ? '*' : account}`;
  const roles = denial.roles?.map((role) => (role.startsWith('arn:') ? role : `${identity}:role/${role}`));
  return JSON.stringify({
    Sid,
    Effect: 'Deny',
    Principal: '*',
    Action: denial.actions,
    Resource: denial.resources,
    Condition: {
      ArnNotLike: { 'aws:PrincipalArn': [`${identity}:root`, `${identity}:role/inoculate-*`] },
      ...(roles !== undefined && { ArnLike: { 'aws:PrincipalArn': roles } }),
    },
  });
}
