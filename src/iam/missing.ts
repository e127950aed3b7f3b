import { evaluate } from './evaluate.ts';
import {
  type AccessRequest,
  type Conditions,
  listOf,
  type PolicyDocument,
  type PolicyStatement,
} from './policy.ts';

/** A call that would be denied. */
export interface MissingPermission {
  readonly action: string;
  readonly resource: string;
  /** Nothing allows it, or this statement denies it. */
  readonly deniedBy: PolicyStatement | null;
  /** For people. */
  readonly message: string;
}

/**
 * What of the needed statements the policies of a role do not allow, action by action. Conditions of the needed statements
 * say what the calls will carry: the keys of items, the tag of the resource. `context` is what every call carries beyond.
 */
export function missingPermissions(
  needed: readonly PolicyStatement[],
  policies: readonly PolicyDocument[],
  context: AccessRequest['context'] = {},
): readonly MissingPermission[] {
  const missing = needed.flatMap((statement) =>
    requestsOf(statement, context).flatMap((request): readonly MissingPermission[] => {
      const { decision, by } = evaluate(policies, request);
      if (decision === 'allowed') return [];
      const deniedBy = decision === 'denied explicitly' && by !== undefined ? by : null;
      return [{ ...request, deniedBy, message: messageOf(request, statement, deniedBy) }];
    }),
  );
  return [...new Map(missing.map((one) => [one.message, one])).values()].map(
    ({ action, resource, deniedBy, message }) => ({ action, resource, deniedBy, message }),
  );
}

/** One request for each action, resource and value that the statement names. */
function requestsOf(
  { Action, Resource, Condition }: PolicyStatement,
  context: AccessRequest['context'],
): readonly AccessRequest[] {
  return listOf(Action).flatMap((action) =>
    listOf(Resource).flatMap((resource) =>
      contextsOf(Condition).map((own) => ({ action, resource, context: { ...context, ...own } })),
    ),
  );
}

/** What satisfies the conditions, once for each of the values that a call may carry. */
function contextsOf(conditions: Conditions | undefined): readonly AccessRequest['context'][] {
  let contexts: readonly AccessRequest['context'][] = [{}];
  for (const [operator, keys] of Object.entries(conditions ?? {})) {
    if (operator === 'Null') continue;
    const many = operator.startsWith('ForAllValues:') || operator.startsWith('ForAnyValue:');
    if (!/(?:Equals|Like|Bool)$/.test(operator) || operator.includes('Not'))
      throw new Error(`What satisfies ${operator} cannot be said`);
    for (const [key, values] of Object.entries(keys))
      contexts = contexts.flatMap((known) =>
        listOf(values).map((value) => ({ ...known, [key]: many ? [value] : value })),
      );
  }
  return contexts;
}

function messageOf(
  { action, resource, context }: AccessRequest,
  { Condition }: PolicyStatement,
  deniedBy: PolicyStatement | null,
): string {
  const keys = Object.entries(context)
    .filter(([key]) => Object.values(Condition ?? {}).some((one) => Object.hasOwn(one, key)))
    .map(([key, value]) => `${key} ${listOf(value).join(', ')}`);
  const where = `${action} on ${resource}${keys.length === 0 ? '' : ` with ${keys.join(' and ')}`}`;
  return deniedBy === null
    ? `${where} is missing`
    : `${where} is denied by statement ${deniedBy.Sid ?? JSON.stringify(deniedBy)}`;
}
