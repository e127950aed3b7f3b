import fc from 'fast-check';
import type { Resource } from '../../src/serverless/framework.ts';
import {
  type CompiledTarget,
  permissionsFor,
  policyText,
  tooLong,
} from '../../src/serverless/permissions.ts';

const table = 'inoculate-dev-functions';

interface Service {
  readonly targets: readonly CompiledTarget[];
  readonly resources: Readonly<Record<string, Resource>>;
  /** The role of each target, by the target's name on AWS. */
  readonly roleOf: Readonly<Record<string, string>>;
}

const roles = {
  IamRoleLambdaExecution: { 'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn'] },
  OwnRole: { 'Fn::GetAtt': 'OwnRole.Arn' },
  LateRole: { 'Fn::GetAtt': ['LateRole', 'Arn'] },
  foreign: 'arn:aws:iam::123456789012:role/elsewhere',
  imported: { 'Fn::ImportValue': 'role-of-the-platform' },
  notARole: { 'Fn::GetAtt': ['Nested', 'Arn'] },
} as const;
type RoleName = keyof typeof roles;

/** Functions of a service, targets and others, with any of the roles. */
const services: fc.Arbitrary<Service> = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      role: fc.constantFrom(...(Object.keys(roles) as RoleName[])),
      target: fc.boolean(),
    }),
    { selector: ({ name }) => name, maxLength: 12 },
  )
  .map((functions) => {
    const compiled = functions.map((one, index) => ({ ...one, logicalId: `F${index}LambdaFunction` }));
    const resources: Record<string, Resource> = {
      IamRoleLambdaExecution: { Type: 'AWS::IAM::Role' },
      OwnRole: { Type: 'AWS::IAM::Role', Condition: 'IsProd' },
      LateRole: { Type: 'AWS::IAM::Role' },
      Nested: { Type: 'AWS::CloudFormation::Stack' },
    };
    for (const { logicalId, role } of compiled) {
      resources[logicalId] = { Type: 'AWS::Lambda::Function', Properties: { Role: roles[role] } };
    }
    return {
      targets: compiled.filter(({ target }) => target),
      resources,
      roleOf: Object.fromEntries(compiled.map(({ name, role }) => [name, role])),
    };
  });

/** All keys that statements name, of whatever depth. */
function keysIn(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/"(dose|telemetry)#([^"]*)"/g)].map(([, , name]) => name!).sort();
}

describe('the permissions of a role', () => {
  it('are for the keys of exactly those targets that have it', () => {
    fc.assert(
      fc.property(services, ({ targets, resources, roleOf }) => {
        const { policies, foreign, missing } = permissionsFor(targets, resources, table);
        const namesWith = (role: string): readonly string[] =>
          targets.flatMap(({ name }) => (roleOf[name] === role ? [name, name] : [])).sort();
        for (const role of ['IamRoleLambdaExecution', 'OwnRole', 'LateRole']) {
          const policy = policies[`Inoculate${role}Policy`];
          expect(policy === undefined ? [] : keysIn(policy)).toEqual(namesWith(role));
          if (policy !== undefined) expect(policy.Properties).toMatchObject({ Roles: [{ Ref: role }] });
        }
        for (const role of ['foreign', 'imported', 'notARole'] as const) {
          const told = foreign.find((one) => JSON.stringify(one.role) === JSON.stringify(roles[role]));
          expect(told === undefined ? [] : keysIn(told.statements)).toEqual(namesWith(role));
        }
        expect(missing).toEqual([]);
      }),
    );
  });

  it('never change anything of the role itself, nor of a function', () => {
    fc.assert(
      fc.property(services, ({ targets, resources }) => {
        const { policies } = permissionsFor(targets, resources, table);
        expect(Object.keys(policies).filter((id) => id in resources)).toEqual([]);
      }),
    );
  });

  it('come and go with a role that is there on a condition only', () => {
    const resources = {
      OwnRole: { Type: 'AWS::IAM::Role', Condition: 'IsProd' },
      F: { Type: 'AWS::Lambda::Function', Properties: { Role: roles.OwnRole } },
    };
    const { policies } = permissionsFor([{ logicalId: 'F', name: 'f' }], resources, table);
    expect(policies['InoculateOwnRolePolicy']).toMatchObject({ Condition: 'IsProd' });
  });

  it('are refused, not forgotten, for a target that has left the template', () => {
    const { missing, policies } = permissionsFor([{ logicalId: 'Moved', name: 'f' }], {}, table);
    expect({ missing, policies }).toEqual({ missing: ['Moved'], policies: {} });
  });

  it('are pasted with the account and partition of the role, where its ARN names them', () => {
    const text = (role: unknown): string =>
      policyText({ role, names: ['f'], statements: permissionsOf(role) }, 'cn-north-1');
    expect(text('arn:aws-cn:iam::210987654321:role/elsewhere')).toContain(
      `"Resource": "arn:aws-cn:dynamodb:cn-north-1:210987654321:table/${table}"`,
    );
    expect(text(roles.imported)).toContain(`arn:aws:dynamodb:cn-north-1:ACCOUNT_ID:table/${table}`);
  });

  it('are pointed out where IAM is likely to find them too long, together with those of the role', () => {
    const names = (count: number): CompiledTarget[] =>
      Array.from({ length: count }, (_, index) => ({ logicalId: 'F', name: `${'n'.repeat(60)}-${index}` }));
    const resources = (Policies: readonly unknown[]): Record<string, Resource> => ({
      OwnRole: { Type: 'AWS::IAM::Role', Properties: { Policies } },
      F: { Type: 'AWS::Lambda::Function', Properties: { Role: roles.OwnRole } },
    });
    const told = (count: number, own: readonly unknown[] = []): readonly string[] =>
      tooLong(permissionsFor(names(count), resources(own), table).policies, resources(own));
    expect(told(40)).toEqual([]);
    expect(told(80)).toEqual(['OwnRole']);
    expect(told(40, [{ PolicyName: 'long', PolicyDocument: 'x'.repeat(5_000) }])).toEqual(['OwnRole']);
  });
});

function permissionsOf(role: unknown) {
  const resources = { F: { Type: 'AWS::Lambda::Function', Properties: { Role: role } } };
  return permissionsFor([{ logicalId: 'F', name: 'f' }], resources, table).foreign[0]!.statements;
}
