import type { Permission } from '../../../src/aws/permission.ts';
import { lambdaRolePolicy } from '../../../src/faults/changers/lambda-role-policy.ts';
import { open } from '../../../src/faults/changers/lambda-role-policy-effects.ts';
import { rolePolicyService } from '../../../src/faults/role-policy/serve.ts';
import { FakeAws, type FakeService } from '../../support/aws/fake-aws.ts';
import { FakeIam } from '../../support/aws/fake-iam.ts';
import { FakeLambda } from '../../support/aws/fake-lambda.ts';
import type { Subject } from '../changer-bench.ts';
import { besides, functionTarget, present } from './support.ts';

/** Functions and their roles; the function that puts policies on roles runs as it is deployed. */
export class RolePolicyPlace {
  readonly lambda = new FakeLambda();
  readonly iam = new FakeIam();
  readonly aws: FakeAws;
  /** Clients of the function that puts policies on roles. */
  readonly inside = new FakeAws({ IAM: this.iam.service }).clients();

  constructor() {
    const served = rolePolicyService(this.inside);
    const invoke: FakeService = {
      Invoke: async ({ Payload }: { readonly Payload: string }) => {
        const answer = await served(JSON.parse(Buffer.from(Payload).toString()));
        return { StatusCode: 200, Payload: new TextEncoder().encode(JSON.stringify(answer)) };
      },
      ListFunctions: () => ({
        Functions: [...this.lambda.functions.values()].map(({ configuration }) => configuration),
      }),
    };
    this.aws = new FakeAws({ Lambda: { ...this.lambda.service, ...invoke } });
  }

  /** A function with a role of its own, and of its own name. */
  add(id: string): string {
    const Role = this.iam.addRole(id);
    return this.lambda.addFunction(id, { configuration: { Role } });
  }
}

export const rolePolicyFunction = 'inoculate-dev-role-policy';

/** Not of the changer: the controller's functions have it where the setting is on (src/iam/functions.ts). */
const invoke: Permission = {
  actions: ['lambda:InvokeFunction'],
  resource: 'arn:{partition}:lambda:{region}:{account}:function:inoculate-{stage}-role-policy',
  during: ['capture', 'apply', 'revert', 'read'],
  changes: false,
};

export function rolePolicySubject(place = new RolePolicyPlace()): Subject {
  const { lambda, iam, aws } = place;
  let n = 0;
  return {
    changer: {
      ...lambdaRolePolicy,
      permissions: [...lambdaRolePolicy.permissions, invoke],
      load: (clients) => Promise.resolve(open(clients, rolePolicyFunction)),
    },
    faults: [
      { kind: 'lambda.dependency-denied', target: 'checkout', actions: ['s3:GetObject', 'dynamodb:*'] },
      {
        kind: 'lambda.dependency-denied',
        target: 'checkout',
        actions: ['sqs:SendMessage'],
        resources: ['arn:aws:sqs:eu-central-1:123456789012:orders'],
      },
    ],
    make() {
      const id = `function-${(n += 1)}`;
      const arn = place.add(id);
      return Promise.resolve({
        target: functionTarget(id, arn),
        process: () => aws.clients(),
        describe() {
          const role = iam.roles.get(id);
          return Promise.resolve(
            role === undefined ? null : { ...role, policies: Object.fromEntries(role.policies) },
          );
        },
        others: {
          'another inline policy': besides(() => present(iam.roles.get(id)).policies.set('theirs', '{}')),
          'their inline policy removed': besides(() => present(iam.roles.get(id)).policies.delete('own')),
        },
        remove() {
          iam.roles.delete(id);
          lambda.functions.delete(id);
          return Promise.resolve();
        },
      });
    },
  };
}
