import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../../src/iam/evaluate.ts';
import { deployedPolicies } from '../support/iam/deployed.ts';
import { requestsOf } from '../support/iam/requests.ts';
import { allowed } from './allowed-calls.ts';
import { forbidden } from './forbidden-calls.ts';
import { adminRole, arn, everyone, place, schedulerRole } from './listed-calls.ts';

/** The most that a controller can be given. */
const policies = deployedPolicies('dev', place, {
  rolePolicies: true,
  allowed: { tables: ['shop-orders'], buckets: ['shop-images'], healthChecks: ['0f1e'] },
});
/** Every function and queue whose name begins with `open-` carries the tag; so does, by mistake, the controller. */
const tagsOf = (resource: string): Record<string, string> =>
  /open-|inoculate-/.test(resource) ? { inoculate: 'allow' } : { inoculate: 'deny' };
const world = { ...place, tagsOf, functionOf: () => arn('lambda', 'function:inoculate-dev-tick') };

describe('what no role of the controller allows', () => {
  test.each(forbidden.map(([why, who, ...call]) => [why, `${call[0]} ${call[1]}`, who, call] as const))(
    '%s: %s',
    (_why, _call, who, [service, action, input]) => {
      const allowed = who.filter((role) => {
        const requests = requestsOf({ principal: `inoculate-dev-${role}`, service, action, input }, world);
        return requests.every((request) => evaluate(policies[role] ?? [], request).decision === 'allowed');
      });
      expect(allowed).toEqual([]);
    },
  );

  test('logs of others, for every function', () => {
    for (const role of everyone)
      for (const group of [
        '/aws/lambda/shop',
        ...everyone.filter((one) => one !== role).map((one) => `/aws/lambda/inoculate-dev-${one}`),
      ]) {
        const resource = arn('logs', `log-group:${group}:log-stream:1`);
        for (const action of ['logs:PutLogEvents', 'logs:CreateLogStream', 'logs:GetLogEvents'])
          expect([role, evaluate(policies[role] ?? [], { action, resource, context: {} }).decision]).toEqual([
            role,
            'not allowed',
          ]);
      }
  });

  test('the role of schedules is passed to Scheduler alone, and no other role to anybody', () => {
    const may = (role: string, resource: string, service: string): string => {
      const context = { 'iam:PassedToService': service };
      return evaluate(policies[role] ?? [], { action: 'iam:PassRole', resource, context }).decision;
    };
    for (const role of everyone) {
      const passes = ['tick', 'sweep', 'requests'].includes(role);
      expect([role, may(role, schedulerRole, 'scheduler.amazonaws.com')]).toEqual([
        role,
        passes ? 'allowed' : 'not allowed',
      ]);
      for (const service of ['lambda.amazonaws.com', 'ec2.amazonaws.com'])
        expect(may(role, schedulerRole, service)).toBe('not allowed');
      expect(may(role, adminRole, 'scheduler.amazonaws.com')).toBe('not allowed');
    }
  });

  test('Scheduler invokes the dead-man and start, and nothing else', () => {
    const may = (name: string): string =>
      evaluate(policies['scheduler'] ?? [], {
        action: 'lambda:InvokeFunction',
        resource: arn('lambda', `function:${name}`),
        context: {},
      }).decision;
    expect(['inoculate-dev-start', 'inoculate-dev-deadman:3'].map(may)).toEqual(['allowed', 'allowed']);
    for (const name of ['inoculate-dev-stop', 'inoculate-dev-requests', 'inoculate-dev-deadman', 'open-shop'])
      expect(may(name)).toBe('not allowed');
  });
});

describe('what is meant to be allowed is', () => {
  test.each(allowed)('%s: %j may %s %s', (_why, who, service, action, input) => {
    for (const role of who)
      for (const request of requestsOf({ principal: role, service, action, input }, world))
        expect([role, request.action, evaluate(policies[role] ?? [], request).decision]).toEqual([
          role,
          request.action,
          'allowed',
        ]);
  });
});

test('a call that nothing is known of is refused', () => {
  expect(() =>
    requestsOf(
      { principal: 'inoculate-dev-tick', service: 'ec2', action: 'StopInstances', input: {} },
      world,
    ),
  ).toThrow(/Nothing is known of what ec2 StopInstances/);
});
