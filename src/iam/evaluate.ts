import { conditionsHold } from './conditions.ts';
import { matchesAction, matchesPattern } from './match.ts';
import { type AccessRequest, listOf, type PolicyDocument, type PolicyStatement } from './policy.ts';

export interface Decision {
  readonly decision: 'allowed' | 'denied explicitly' | 'not allowed';
  /** The statement that decided it. */
  readonly by?: PolicyStatement;
}

/**
 * What IAM decides for a role with these policies, by its identity policies alone: a Deny that applies wins, else one
 * Allow is enough, else nothing is allowed. Boundaries, organizations and resource policies come on top of that.
 */
export function evaluate(policies: readonly PolicyDocument[], request: AccessRequest): Decision {
  const applying = policies
    .flatMap(({ Statement }) => listOf(Statement))
    .filter((statement) => applies(statement, request));
  const deny = applying.find(({ Effect }) => Effect === 'Deny');
  if (deny !== undefined) return { decision: 'denied explicitly', by: deny };
  const allow = applying.find(({ Effect }) => Effect === 'Allow');
  return allow === undefined ? { decision: 'not allowed' } : { decision: 'allowed', by: allow };
}

function applies(statement: PolicyStatement, { action, resource, context }: AccessRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  return (
    named(Action, NotAction, (pattern) => matchesAction(pattern, action)) &&
    named(Resource, NotResource, (pattern) => matchesPattern(pattern, resource)) &&
    conditionsHold(Condition, context)
  );
}

function named(
  patterns: string | readonly string[] | undefined,
  except: string | readonly string[] | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  if ((patterns === undefined) === (except === undefined))
    throw new Error('A statement names either what it is about, or what it is not about');
  return patterns === undefined ? !listOf(except).some(matches) : listOf(patterns).some(matches);
}
