import { createRequire } from 'node:module';
import { isMapping } from '../../../src/core/schema-branch.ts';
import type { PolicyDocument } from '../../../src/iam/policy.ts';

/** Where a stack is deployed. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export interface RoleSettings {
  readonly allowed?: Readonly<Record<string, readonly string[]>>;
  readonly rolePolicies?: boolean;
  readonly permissionsBoundary?: unknown;
}

export interface RoleResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>> & {
    readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: unknown }[];
  };
}

/** The resources as serverless.yml takes them in. */
export function roleResources(
  stage: string,
  settings: RoleSettings = {},
): Readonly<Record<string, RoleResource>> {
  const { resourcesOf } = createRequire(import.meta.url)('../../../resources/roles.cjs') as {
    resourcesOf: (
      stage: string,
      settings: RoleSettings,
    ) => { Resources: Readonly<Record<string, RoleResource>> };
  };
  return resourcesOf(stage, settings).Resources;
}

/** Policies of each role as CloudFormation deploys them, by the name of the function. */
export function deployedPolicies(
  stage: string,
  place: Place,
  settings: RoleSettings = {},
): Readonly<Record<string, readonly PolicyDocument[]>> {
  return Object.fromEntries(
    Object.values(roleResources(stage, settings)).map(({ Properties }) => {
      const name = String(resolved(Properties['RoleName'], place)).replace(
        `inoculate-${stage}-${place.region}-`,
        '',
      );
      const documents = Properties.Policies.map(({ PolicyDocument }) => resolved(PolicyDocument, place));
      return [name, documents as readonly PolicyDocument[]];
    }),
  );
}

/** CloudFormation's intrinsics, as far as policies use them. */
export function resolved(
  value: unknown,
  place: Place,
  attributes: Readonly<Record<string, string>> = {},
): unknown {
  const known: Readonly<Record<string, string>> = {
    'AWS::Partition': place.partition,
    'AWS::Region': place.region,
    'AWS::AccountId': place.account,
    ...attributes,
  };
  const lookUp = (name: string): string => {
    const found = known[name];
    if (found === undefined) throw new Error(`Nothing is known of ${name}`);
    return found;
  };
  const resolve = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(resolve);
    if (!isMapping(one)) return one;
    const [name, ...others] = Object.keys(one);
    if (name !== undefined && others.length === 0) {
      const argument = one[name];
      if (name === 'Ref') return lookUp(String(argument));
      if (name === 'Fn::GetAtt') return lookUp([argument].flat().join('.'));
      if (name === 'Fn::Join' && Array.isArray(argument)) {
        const [separator, parts] = argument as readonly unknown[];
        return [resolve(parts)].flat().join(String(separator));
      }
      if (name === 'Fn::Sub' && typeof argument === 'string')
        return argument.replaceAll(/\$\{([^!}][^}]*)\}/g, (_, variable: string) => lookUp(variable));
      if (name.startsWith('Fn::')) throw new Error(`${name} of this form cannot be resolved here`);
    }
    return Object.fromEntries(Object.entries(one).map(([key, part]) => [key, resolve(part)]));
  };
  return resolve(value);
}
