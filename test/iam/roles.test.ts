import { describe, expect, test } from '@jest/globals';
import { controllerFunctions } from '../../src/iam/functions.ts';
import { listOf } from '../../src/iam/policy.ts';
import { deployedPolicies, resolved, roleResources } from '../support/iam/deployed.ts';

const place = { partition: 'aws', region: 'eu-central-1', account: '123456789012' };
const everything = {
  rolePolicies: true,
  allowed: { tables: ['shop-orders'], buckets: ['shop-images'], healthChecks: ['0f1e'] },
};
const policies = deployedPolicies('dev', place, everything);
const statements = Object.entries(policies).flatMap(([role, documents]) =>
  documents.flatMap(({ Statement }) => listOf(Statement).map((statement) => ({ role, ...statement }))),
);

/** Characters without white space that IAM takes for all inline policies of one role. */
const mostCharacters = 10_240;

describe('roles of the controller', () => {
  test('every function has its own', () => {
    const names = Object.keys(controllerFunctions);
    expect(Object.keys(policies).sort()).toEqual([...names, 'scheduler'].sort());
  });

  test.each(Object.keys(policies))('%s: IAM takes its policy', (role) => {
    const documents = policies[role] ?? [];
    const length = documents.reduce((sum, document) => sum + JSON.stringify(document).length, 0);
    expect(length).toBeLessThan(mostCharacters);
    const sids = statements.filter((one) => one.role === role).map(({ Sid }) => Sid ?? '');
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });

  test('no action is a wildcard', () => {
    for (const { Action } of statements)
      for (const action of listOf(Action)) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
  });

  test('everything is allowed only for actions without a resource, all of which only read', () => {
    const open = statements.flatMap(({ Effect, Resource, Action }) =>
      Effect === 'Allow' && listOf(Resource).includes('*') ? listOf(Action) : [],
    );
    for (const action of open) expect(action).toMatch(/:(Describe|Get|List|TestEventPattern)/);
  });

  test('no placeholder is left in what is deployed', () => {
    expect(JSON.stringify(policies)).not.toMatch(/\{(?:stage|region|account|partition|id)\}|\$\{/);
  });

  test('without its setting there is no function for policies of roles, and nobody may invoke it', () => {
    const resources = roleResources('dev');
    expect(Object.keys(resources)).not.toContain('RolePolicyRole');
    expect(JSON.stringify(resources)).not.toContain('role-policy');
  });

  test('without a list there is no right to change what no tag protects', () => {
    const allowed = Object.values(deployedPolicies('dev', place))
      .flat()
      .flatMap(({ Statement }) => listOf(Statement))
      .flatMap(({ Effect, Action }) => (Effect === 'Allow' ? listOf(Action) : []));
    for (const action of ['dynamodb:UpdateTable', 's3:PutBucketPolicy', 'route53:UpdateHealthCheck'])
      expect(allowed).not.toContain(action);
  });

  test('lists take names and ARNs, and no wildcards', () => {
    const listed = (...tables: string[]) => roleResources('dev', { allowed: { tables } });
    expect(listed('arn:aws:dynamodb:eu-central-1:123456789012:table/shop-orders')).toEqual(
      listed('shop-orders'),
    );
    expect(() => listed('arn:aws:dynamodb:eu-central-1:123456789012:table/*')).toThrow(/without wildcards/);
    expect(() => roleResources('dev', { allowed: { queues: ['a'] } })).toThrow(/queues .* is not known/);
  });

  test('more than IAM takes is refused before it is deployed', () => {
    const tables = (count: number): string[] => Array.from({ length: count }, (_, n) => `shop-table-${n}`);
    expect(() => roleResources('dev', { allowed: { tables: tables(5) } })).not.toThrow();
    expect(() => roleResources('dev', { allowed: { tables: tables(80) } })).toThrow(
      /allowed in serverless.yml lists too much: the policy of role \w+ would have/,
    );
  });

  test('Scheduler takes the role for the schedules of this controller alone', () => {
    const role = roleResources('dev')['SchedulerRole'];
    expect(resolved(role?.Properties['AssumeRolePolicyDocument'], place)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'aws:SourceAccount': '123456789012' },
            ArnLike: {
              'aws:SourceArn': [
                'arn:aws:scheduler:eu-central-1:123456789012:schedule-group/inoculate-dev-runs',
                'arn:aws:scheduler:eu-central-1:123456789012:schedule-group/inoculate-dev-experiments',
                'arn:aws:scheduler:eu-central-1:123456789012:schedule-group/inoculate-dev-gamedays',
              ],
            },
          },
        },
      ],
    });
  });

  test('a boundary is set on every role', () => {
    const boundary = 'arn:aws:iam::123456789012:policy/boundary';
    for (const { Properties } of Object.values(roleResources('dev', { permissionsBoundary: boundary })))
      expect(Properties['PermissionsBoundary']).toBe(boundary);
  });

  test('names of roles stay within what IAM takes, or the stage is refused', () => {
    expect(() => roleResources('s'.repeat(25))).toThrow(/Stage .* is too long/);
    const longest = deployedPolicies('s'.repeat(24), { ...place, region: 'ap-southeast-1' }, everything);
    for (const name of Object.keys(longest))
      expect(`inoculate-${'s'.repeat(24)}-ap-southeast-1-${name}`.length).toBeLessThanOrEqual(64);
  });
});
