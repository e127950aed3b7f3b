import { functionStatements, type Statement } from '../core/function-permissions.ts';
import { isMapping } from '../core/schema-branch.ts';
import type { Resource } from './framework.ts';

/** A target as it stands in the compiled template. */
export interface CompiledTarget {
  readonly logicalId: string;
  /** The function's name on AWS, which its keys in the table are made of. */
  readonly name: string;
}

export interface Permissions {
  /** Policies for roles of this template, by logical id. */
  readonly policies: Readonly<Record<string, Resource>>;
  /** Roles from elsewhere, which nobody here may change. */
  readonly foreign: readonly ForeignRole[];
  /** Logical ids of targets that are not in the template. */
  readonly missing: readonly string[];
}

export interface ForeignRole {
  /** As the function names it: an ARN, or what CloudFormation resolves to one. */
  readonly role: unknown;
  readonly names: readonly string[];
  readonly statements: readonly Statement[];
}

/** For each role of the targets, exactly the keys of those targets that have it. */
export function permissionsFor(
  targets: readonly CompiledTarget[],
  resources: Readonly<Record<string, Resource>>,
  table: string,
): Permissions {
  const byRole = new Map<string, { readonly role: unknown; readonly names: string[] }>();
  const missing: string[] = [];
  for (const { logicalId, name } of targets) {
    const resource = resources[logicalId];
    if (resource === undefined) {
      missing.push(logicalId);
      continue;
    }
    const role = resource.Properties?.['Role'];
    const key = logicalIdOf(role, resources) ?? JSON.stringify(role);
    const entry = byRole.get(key) ?? { role, names: [] };
    byRole.set(key, entry);
    entry.names.push(name);
  }
  const policies: Record<string, Resource> = {};
  const foreign: ForeignRole[] = [];
  for (const { role, names } of byRole.values()) {
    const id = logicalIdOf(role, resources);
    const statements = functionStatements(names, table);
    if (id === undefined) foreign.push({ role, names, statements });
    else policies[`Inoculate${id}Policy`] = policyOf(id, resources[id], statements);
  }
  return { policies, foreign, missing };
}

/** The role's logical id, where it belongs to this template. */
function logicalIdOf(role: unknown, resources: Readonly<Record<string, Resource>>): string | undefined {
  const reference = isMapping(role) ? role['Fn::GetAtt'] : undefined;
  const [id, attribute] = typeof reference === 'string' ? reference.split('.') : itemsOf(reference);
  if (typeof id !== 'string' || attribute !== 'Arn') return undefined;
  return resources[id]?.Type === 'AWS::IAM::Role' ? id : undefined;
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A policy of its own, so that the role stays as its owner wrote it. */
function policyOf(roleId: string, role: Resource | undefined, statements: readonly Statement[]): Resource {
  return {
    Type: 'AWS::IAM::Policy',
    ...(role?.Condition === undefined ? {} : { Condition: role.Condition }),
    Properties: {
      PolicyName: 'inoculate',
      Roles: [{ Ref: roleId }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: statements.map((statement) => ({
          ...statement,
          Resource: { 'Fn::Sub': statement.Resource },
        })),
      },
    },
  };
}

/** IAM counts no white space, and all inline policies of a role together. */
const mostCharacters = 10_240;

/** Roles of the template whose inline policies are likely to be more than IAM takes. */
export function tooLong(
  policies: Permissions['policies'],
  resources: Readonly<Record<string, Resource>>,
): readonly string[] {
  return Object.values(policies).flatMap((policy) => {
    const [reference] = itemsOf(policy.Properties?.['Roles']);
    const id = isMapping(reference) ? String(reference['Ref']) : '';
    const own = itemsOf(resources[id]?.Properties?.['Policies']);
    const documents = [policy.Properties?.['PolicyDocument'], ...own];
    const lengths = documents.map((document) => JSON.stringify(document ?? '').length);
    const length = lengths.reduce((sum, one) => sum + one, 0);
    return length > mostCharacters ? [id] : [];
  });
}

/** A policy for a role from elsewhere, as its owner may paste it. */
export function policyText({ role, statements }: ForeignRole, region: string): string {
  const [, partition = 'aws', , , account = 'ACCOUNT_ID'] = typeof role === 'string' ? role.split(':') : [];
  const known: Readonly<Record<string, string>> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': account,
  };
  const Statement = statements.map((statement) => ({
    ...statement,
    Resource: statement.Resource.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => known[name] ?? whole),
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement }, null, 2);
}
