import { describe, expect, test } from '@jest/globals';
import { controlPlaneFaults } from '../../src/faults/index.ts';
import { faultPlaces, type FaultPlace } from '../../src/generated/places.ts';
import type { Experiment } from '../../src/generated/types.ts';
import { signalSchemas } from '../../src/generated/catalogue.ts';
import { missingPermissions } from '../../src/iam/missing.ts';
import { needsOf } from '../../src/iam/needs.ts';
import { listOf, type PolicyStatement } from '../../src/iam/policy.ts';
import { permissionsOfSignal } from '../../src/iam/signals.ts';
import { targetResolvers } from '../../src/targets/index.ts';
import { targetPermissions } from '../../src/targets/permissions.ts';
import { deployedPolicies } from '../support/iam/deployed.ts';

const place = { stage: 'dev', partition: 'aws', region: 'eu-central-1', account: '123456789012' };

/** A target of each type, and the part of its ARN that names it. */
const targets: Readonly<Record<string, readonly [target: object, id: string]>> = {
  function: [{ service: 'shop', function: 'checkout' }, 'shop-dev-checkout'],
  'event-source': [
    { eventSource: '11111111-2222-3333-4444-555555555555' },
    '11111111-2222-3333-4444-555555555555',
  ],
  table: [{ table: 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders' }, 'orders'],
  queue: [{ queue: 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders' }, 'orders'],
  topic: [{ topic: 'arn:aws:sns:eu-central-1:123456789012:orders' }, 'orders'],
  bucket: [{ bucket: 'images' }, 'images'],
  rule: [{ rule: 'nightly', bus: 'shop' }, 'shop/nightly'],
  'api-stage': [{ api: 'a1b2', apiStage: 'live' }, 'a1b2/stages/live'],
  'health-check': [{ healthCheck: '0f1e' }, '0f1e'],
  'fis-template': [{ fisTemplate: 'EXT123' }, 'EXT123'],
};

const everything = {
  rolePolicies: true,
  allowed: { tables: ['orders'], buckets: ['images'], healthChecks: ['0f1e'] },
};
const roles = deployedPolicies('dev', place, everything);

function experimentWith(kind: string, takes: string, more: object = {}): Experiment {
  return {
    inoculate: 'experiment/1',
    name: 'one-fault',
    hypothesis: 'It holds.',
    targets: { it: targets[takes]?.[0] },
    steadyState: [],
    faults: [{ kind, target: 'it' }],
    exposure: 0.1,
    duration: 60_000,
    ...more,
  } as unknown as Experiment;
}

const kinds = Object.entries<FaultPlace>(faultPlaces).map(([kind, { placement, takes }]) => ({
  kind,
  placement,
  takes,
}));

describe.each(kinds)('what $kind needs', ({ kind, placement, takes }) => {
  const needs = needsOf(experimentWith(kind, takes), place);
  const id = targets[takes]?.[1] ?? '';
  const policies = [...(roles['tick'] ?? []), ...(roles['role-policy'] ?? [])];

  test('is spelled out: no wildcard action, nothing left to be filled in', () => {
    const statements = [
      ...needs.controller,
      ...needs.person,
      ...needs.functions.flatMap((one) => one.statements),
    ];
    for (const { Action } of statements)
      for (const action of listOf(Action)) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
    expect(JSON.stringify(statements)).not.toMatch(/\$\{|\{(?:id|stage|region|account|partition)\}/);
  });

  test('names its target', () => {
    expect(JSON.stringify(needs.controller)).toContain(id);
    expect(needs.functions.map((one) => one.function)).toEqual(placement === 'in-function' ? [id] : []);
  });

  test('is what the deployed roles allow', () => {
    expect(missingPermissions(needs.controller, policies).map(({ message }) => message)).toEqual([]);
  });

  test('holds every call of its driver and of finding its target', () => {
    const named = new Set(needs.controller.flatMap(({ Action }) => listOf(Action)));
    const own =
      placement === 'in-function'
        ? []
        : controlPlaneFaults[kind as keyof typeof controlPlaneFaults].changer.permissions;
    const finding = targetPermissions[takes as keyof typeof targetPermissions] ?? [];
    for (const { actions } of [...own, ...finding])
      for (const action of actions) expect([...named]).toContain(action);
  });

  test('of a revert, each function that only reverts may do', () => {
    if (placement === 'in-function') return;
    const { changer } = controlPlaneFaults[kind as keyof typeof controlPlaneFaults];
    const reverts = changer.permissions.filter(
      ({ during }) => during.includes('revert') || during.includes('read'),
    );
    const actions = new Set(reverts.flatMap((permission) => permission.actions));
    const needed = needs.controller.flatMap((statement): PolicyStatement[] => {
      const Action = listOf(statement.Action).filter((action) => actions.has(action));
      return Action.length === 0 ? [] : [{ ...statement, Action }];
    });
    for (const role of ['alarm', 'stop', 'deadman']) {
      const missing = missingPermissions(needed, [...(roles[role] ?? []), ...(roles['role-policy'] ?? [])]);
      // What an apply alone calls on another resource by an action of the same name is none of theirs.
      expect([
        role,
        missing
          .filter(({ action }) => !appliesOnly(changer.permissions, action))
          .map(({ message }) => message),
      ]).toEqual([role, []]);
    }
  });
});

function appliesOnly(
  permissions: readonly { actions: readonly string[]; during: readonly string[] }[],
  action: string,
): boolean {
  return permissions.some(
    ({ actions, during }) =>
      actions.includes(action) && !during.includes('revert') && !during.includes('read'),
  );
}

test('each kind of signal, and each type of target that can be found, says what it takes', () => {
  for (const kind of Object.keys(signalSchemas)) expect(Array.isArray(permissionsOfSignal(kind))).toBe(true);
  expect(Object.keys(targetPermissions).sort()).toEqual(Object.keys(targetResolvers).sort());
  expect(() => permissionsOfSignal('guess')).toThrow(/does not say what a signal of kind guess takes/);
});

test('alarms and probes are part of it, and what is not known of the account stays a placeholder', () => {
  const experiment = experimentWith('invocation.error', 'function', { abort: { alarms: ['shop-errors'] } });
  const { controller, functions, person } = needsOf(experiment, { stage: 'prod' });
  expect(controller.flatMap(({ Action }) => listOf(Action))).toContain('cloudwatch:DescribeAlarms');
  expect(JSON.stringify(functions)).toContain(
    'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/inoculate-prod-functions',
  );
  expect(person).toEqual([
    {
      Sid: 'AskInoculate',
      Effect: 'Allow',
      Action: ['lambda:InvokeFunction'],
      Resource: ['requests', 'start', 'stop'].map(
        (name) =>
          `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:inoculate-prod-${name}`,
      ),
    },
  ]);
});
