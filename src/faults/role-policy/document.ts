/** Whoever is denied these can no longer be looked after: not by its owners, nor by Inoculate. */
const protectedServices: ReadonlySet<string> = new Set([
  'account',
  'iam',
  'logs',
  'organizations',
  'sso',
  'sts',
]);
const actionPattern = /^([a-z][a-z0-9-]*):(?:\*|[A-Z][A-Za-z0-9]*\*?)$/;
const resourcePattern = /^arn:[^\s"']+$/;
/** In these a function looks for its dose; without it a fault inside the function could not be ended early. */
const ownTables = (partition: string): string => `arn:${partition}:dynamodb:*:*:table/inoculate-*`;

export interface DeniedCalls {
  readonly actions: readonly string[];
  /** Every one where they are left out. */
  readonly resources?: readonly string[] | undefined;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Deny';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
}

/** A policy that denies these calls, and leaves Inoculate's tables out where every table would be denied. */
export function denyDocument(denied: readonly DeniedCalls[], partition: string): string {
  const statements = denied.flatMap(({ actions, resources }): Omit<Statement, 'Sid'>[] => {
    const Effect = 'Deny';
    if (resources !== undefined) return [{ Effect, Action: actions, Resource: resources }];
    const onTables = actions.filter((action) => action.startsWith('dynamodb:'));
    const others = actions.filter((action) => !action.startsWith('dynamodb:'));
    return [
      ...(others.length === 0 ? [] : [{ Effect, Action: others, Resource: ['*'] } as const]),
      ...(onTables.length === 0
        ? []
        : [{ Effect, Action: onTables, NotResource: [ownTables(partition)] } as const]),
    ];
  });
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement, n) => ({ Sid: `Inoculate${n + 1}`, ...statement })),
  });
}

/** Why a document may not be put on a role; null where it may: it only denies, and nothing that must stay possible. */
export function problemOf(document: string, partition: string): string | null {
  const policy = parsed(document);
  const { Statement: statements, ...rest } = policy ?? {};
  if (JSON.stringify(rest) !== '{"Version":"2012-10-17"}' || !Array.isArray(statements))
    return 'it is not a policy of version 2012-10-17 with a list of statements, and nothing else';
  if (statements.length === 0) return 'it has no statement';
  for (const statement of statements as readonly unknown[]) {
    const problem = problemOfStatement(statement, partition);
    if (problem !== null) return problem;
  }
  return null;
}

function problemOfStatement(statement: unknown, partition: string): string | null {
  if (!isObject(statement)) return 'a statement is not an object';
  const { Sid, Effect, Action, Resource, NotResource, ...rest } = statement;
  const shown = typeof Sid === 'string' ? Sid : 'without Sid';
  if (Effect !== 'Deny') return `statement ${shown} does not deny`;
  if (Object.keys(rest).length > 0) return `statement ${shown} has ${Object.keys(rest).join(', ')}`;
  if (!isTexts(Action) || Action.length === 0) return `statement ${shown} has no list of actions`;
  const refused = Action.find((action) => !isDeniable(action));
  if (refused !== undefined) return `${refused} may not be denied`;
  const touchesTables = Action.some((action) => action.startsWith('dynamodb:'));
  if (NotResource !== undefined)
    return Resource === undefined && JSON.stringify(NotResource) === JSON.stringify([ownTables(partition)])
      ? null
      : `statement ${shown} leaves out more than Inoculate's tables`;
  if (!isTexts(Resource) || Resource.length === 0) return `statement ${shown} has no list of resources`;
  const odd = Resource.find((resource) => resource !== '*' && !resourcePattern.test(resource));
  if (odd !== undefined) return `${odd} is no ARN`;
  const own = Resource.find((resource) => touchesTables && canMeet(resource, ownTables(partition)));
  return own === undefined ? null : `${own} can be a table of Inoculate's`;
}

export function isDeniable(action: string): boolean {
  const service = actionPattern.exec(action)?.[1];
  return service !== undefined && !protectedServices.has(service);
}

/** Whether some text fits both patterns, in which `*` stands for any text and `?` for one character. */
export function canMeet(one: string, other: string): boolean {
  // Where in `one` and `other` a text can have arrived, for each beginning of `other`.
  const known = new Map<number, boolean>();
  const meet = (i: number, j: number): boolean => {
    const key = i * (other.length + 1) + j;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, false);
    const [a, b] = [one[i], other[j]];
    const answer =
      a === '*' || b === '*'
        ? (a === '*' && (meet(i + 1, j) || (b !== undefined && meet(i, j + 1)))) ||
          (b === '*' && (meet(i, j + 1) || (a !== undefined && meet(i + 1, j))))
        : a === undefined || b === undefined
          ? a === b
          : (a === b || a === '?' || b === '?') && meet(i + 1, j + 1);
    known.set(key, answer);
    return answer;
  };
  return meet(0, 0);
}

function parsed(document: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(document);
    return isObject(value) ? value : null;
  } catch {
    // The caller says that it is no policy.
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
