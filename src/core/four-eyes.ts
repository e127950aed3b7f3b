import type { Person } from './guardrails.ts';
import {
  accountOf,
  type Allowed,
  describe,
  type Everybody,
  type Identity,
  identityOf,
  personOf,
} from './identity.ts';

/** Somebody who may not be the one who approves: who asked for the run, who registered the experiment. */
export interface Other {
  readonly did: string;
  /** As it was recorded. */
  readonly by: string;
}

/** Whether the approver is somebody else than each of the others. Where that cannot be known, the answer is no, and why. */
export function fourEyes(approver: Identity, others: readonly Other[], everybody: Everybody): Allowed {
  for (const { did, by } of others) {
    const other = identityOf(by, everybody);
    const compared = other === undefined ? 'unknown' : compare(approver, other, everybody.people);
    if (compared === 'same') return no(`${describe(approver)} ${did}: four eyes are asked for.`);
    if (compared === 'unknown')
      return no(
        `Whether ${describe(approver)} is somebody else than ${by}, who ${did}, cannot be told: four eyes are asked for. Name both under "people" in the settings.`,
      );
  }
  return { allowed: true };
}

function compare(
  one: Identity,
  other: Identity | Person,
  people: readonly Person[],
): 'same' | 'different' | 'unknown' {
  const person = personOf(one, people);
  const otherPerson = 'via' in other ? personOf(other, people) : other;
  if (person !== undefined && otherPerson !== undefined)
    return person.name === otherPerson.name ? 'same' : 'different';
  if (!('via' in other)) return 'unknown';
  if (one.via === 'slack' && other.via === 'slack')
    return one.user === other.user ? 'same' : one.team === other.team ? 'different' : 'unknown';
  if (one.via === 'aws' && other.via === 'aws') return compareArns(one.arn, other.arn);
  return 'unknown';
}

/**
 * Two users of one account are two people, and so are two names of IAM Identity Center. A session of any other role may
 * be anybody who is allowed to take the role, under any name.
 */
function compareArns(one: string, other: string): 'same' | 'different' | 'unknown' {
  if (one === other) return 'same';
  const [a, b] = [principalOf(one), principalOf(other)];
  if (a === null || b === null || a.kind !== b.kind || a.account !== b.account) return 'unknown';
  return a.name === b.name ? 'same' : 'different';
}

function principalOf(arn: string): { kind: 'user' | 'sso'; account: string; name: string } | null {
  const [type = '', ...path] = arn.split(':').slice(5).join(':').split('/');
  const account = accountOf(arn);
  // The names of users are unique in their account, without regard to case, whatever their path.
  const name = (path.at(-1) ?? '').toLowerCase();
  if (name === '') return null;
  if (type === 'user') return { kind: 'user', account, name };
  if (type === 'assumed-role' && path[0]?.startsWith('AWSReservedSSO_') === true)
    return { kind: 'sso', account, name };
  return null;
}

function no(reason: string): Allowed {
  return { allowed: false, reason };
}
