import { NoSuchEntityException } from '@aws-sdk/client-iam';
import { fakeAccount, type FakeService, thrown } from './fake-aws.ts';

export interface FakeRole {
  tags: Record<string, string>;
  trust: string;
  /** Inline policies by their names. */
  readonly policies: Map<string, string>;
}

interface Named {
  readonly RoleName: string;
  readonly PolicyName: string;
}

/** Roles with their inline policies. */
export class FakeIam {
  readonly roles = new Map<string, FakeRole>();

  addRole(name: string, change: Partial<FakeRole> = {}): string {
    const Principal = { Service: 'lambda.amazonaws.com' };
    const trust = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' },
    };
    const policies = new Map([['own', '{"Version":"2012-10-17","Statement":[]}']]);
    this.roles.set(name, { tags: { inoculate: 'allow' }, trust: JSON.stringify(trust), policies, ...change });
    return arnOf(name);
  }

  readonly service: FakeService = {
    GetRole: ({ RoleName }: Named) => {
      const { tags, trust } = this.#role(RoleName);
      return {
        Role: {
          RoleName,
          Arn: arnOf(RoleName),
          AssumeRolePolicyDocument: encodeURIComponent(trust),
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        },
      };
    },
    GetRolePolicy: ({ RoleName, PolicyName }: Named) => ({
      RoleName,
      PolicyName,
      PolicyDocument: encodeURIComponent(this.#policy(RoleName, PolicyName)),
    }),
    PutRolePolicy: ({
      RoleName,
      PolicyName,
      PolicyDocument,
    }: Named & { readonly PolicyDocument: string }) => {
      this.#role(RoleName).policies.set(PolicyName, PolicyDocument);
      return {};
    },
    DeleteRolePolicy: ({ RoleName, PolicyName }: Named) => {
      this.#policy(RoleName, PolicyName);
      this.#role(RoleName).policies.delete(PolicyName);
      return {};
    },
  };

  #policy(role: string, name: string): string {
    const found = this.#role(role).policies.get(name);
    if (found === undefined) throw missing(`The role policy with name ${name} cannot be found.`);
    return found;
  }

  #role(name: string): FakeRole {
    const found = this.roles.get(name);
    if (found === undefined) throw missing(`The role with name ${name} cannot be found.`);
    return found;
  }
}

function arnOf(role: string): string {
  return `arn:aws:iam::${fakeAccount}:role/${role}`;
}

function missing(message: string): NoSuchEntityException {
  return new NoSuchEntityException(thrown(404, message));
}
