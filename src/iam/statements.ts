import { optInTag } from '../aws/opt-in.ts';
import type { Permission } from '../aws/permission.ts';
import type { Conditions } from './policy.ts';

/** Lists in `custom.inoculate.allowed` of serverless.yml: what may be changed where no tag protects. */
export type AllowedList = 'tables' | 'buckets' | 'healthChecks';

/** Where AWS does not evaluate the opt-in tag for a change, the role names what may be changed. By the service of the ARN. */
const allowedLists: Readonly<Record<string, AllowedList>> = {
  dynamodb: 'tables',
  s3: 'buckets',
  route53: 'healthChecks',
};

/** A statement in a role of the controller, with `{partition}`, `{region}`, `{account}` and `{stage}` to be filled in. */
export interface RoleStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[] | ListedResources;
  readonly Condition?: Conditions;
  readonly onlyIf?: 'rolePolicies' | 'heldOn';
}

/** `pattern` once for each id of the list; no statement at all where the list is empty. */
export interface ListedResources {
  readonly allowed: AllowedList;
  readonly pattern: string;
}

/** Only what carries the opt-in tag. */
export const optInCondition: Conditions = {
  StringEquals: { [`aws:ResourceTag/${optInTag.key}`]: optInTag.value },
};

/** Every operator and key of both. Where both name one key under one operator, neither may be lost. */
export function joined(first: Conditions | undefined, second: Conditions | undefined): Conditions {
  const result: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, keys] of [first ?? {}, second ?? {}].flatMap((one) => Object.entries(one)))
    for (const [key, value] of Object.entries(keys)) {
      const known = (result[operator] ??= {});
      if (Object.hasOwn(known, key)) throw new Error(`Two conditions ${operator} on ${key}`);
      known[key] = value;
    }
  return result;
}

/** Permissions on targets as statements of a role: what is alike is one statement. */
export function roleStatements(permissions: readonly Permission[]): readonly RoleStatement[] {
  const byMeaning = new Map<string, { permission: Permission; actions: Set<string> }>();
  for (const permission of permissions) {
    const { resource, changes, conditions } = permission;
    const meaning = JSON.stringify([resource, changes, conditions ?? {}]);
    const entry = byMeaning.get(meaning) ?? { permission, actions: new Set() };
    byMeaning.set(meaning, entry);
    for (const action of permission.actions) entry.actions.add(action);
  }
  const taken = new Set<string>();
  return [...byMeaning.values()].map(({ permission, actions }) => {
    const condition = conditionOf(permission);
    return {
      Sid: unique(sidOf(permission), taken),
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource: resourceOf(permission),
      ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
    };
  });
}

export function conditionOf({ changes, conditions }: Permission): Conditions {
  return joined(changes !== false && changes.tagEvaluated ? optInCondition : {}, conditions);
}

function resourceOf({ resource, changes, actions }: Permission): RoleStatement['Resource'] {
  // What is made carries no tag before: the conditions say which it must be given.
  if (changes === false || changes.tagEvaluated || changes.makes === true || !resource.includes('{id}'))
    return [anyOf(resource)];
  const allowed = allowedLists[resource.split(':')[2] ?? ''];
  if (allowed === undefined)
    throw new Error(
      `No tag protects ${resource} from ${actions.join(', ')}, and no list of serverless.yml names what may be changed`,
    );
  return { allowed, pattern: resource };
}

/** Every target of a type. The id of an API's stage has parts, and what is beside stages is none of ours. */
function anyOf(resource: string): string {
  return resource.replaceAll('{id}', resource.includes(':apigateway:') ? '*/stages/*' : '*');
}

/** `ChangeLambdaFunction`, `ReadDynamodbTable`; `ReadAnywhere` where there is no resource. */
function sidOf({ resource, changes }: Permission): string {
  const verb = changes === false ? 'Read' : 'Change';
  if (resource === '*') return `${verb}Anywhere`;
  const [, , service = ''] = resource.split(':');
  const type = /^[a-z-]+(?=[:/])/.exec(resource.split(':').slice(5).join(':'))?.[0] ?? '';
  const name = `${service}-${type}`
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `${verb}${name}`;
}

function unique(wanted: string, taken: Set<string>): string {
  let sid = wanted;
  for (let n = 2; taken.has(sid); n += 1) sid = `${wanted}${n}`;
  taken.add(sid);
  return sid;
}

/**
 * As few statements as say the same of all targets, since IAM counts characters: an action takes resources of its own
 * service alone. What is open to everything stays by itself.
 */
export function merged(statements: readonly RoleStatement[]): readonly RoleStatement[] {
  const groups = new Map<string, RoleStatement[]>();
  for (const statement of statements) {
    const { Effect, Resource, Condition } = statement;
    const apart = 'allowed' in Resource || Resource.includes('*') ? JSON.stringify(Resource) : '';
    const meaning = JSON.stringify([Effect, Condition ?? {}, apart]);
    groups.set(meaning, [...(groups.get(meaning) ?? []), statement]);
  }
  const taken = new Set<string>();
  return [...groups.values()].map(([first, ...rest]) => {
    if (first === undefined) throw new Error('A group has a statement');
    if (rest.length === 0) return { ...first, Sid: unique(first.Sid, taken) };
    const all = [first, ...rest];
    const kind = /^(?:Read|Change)/.exec(first.Sid)?.[0] ?? '';
    return {
      ...first,
      Sid: unique(`${kind}Targets`, taken),
      Action: [...new Set(all.flatMap(({ Action }) => Action))].sort(),
      Resource:
        'allowed' in first.Resource
          ? first.Resource
          : [...new Set(all.flatMap(({ Resource }) => ('allowed' in Resource ? [] : Resource)))].sort(),
    };
  });
}
