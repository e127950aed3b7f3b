import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Trigger } from '../../src/core/triggers.ts';

const folder = path.resolve(import.meta.dirname, '../events');

export type Event = Readonly<Record<string, unknown>>;

/** An event of `test/events`, with some fields of its detail changed: `{ 'status-details.status': 'ROLLBACK_COMPLETE' }`. */
export function sample(file: string, change: Readonly<Record<string, unknown>> = {}): Event {
  const event = JSON.parse(readFileSync(path.join(folder, `${file}.json`), 'utf8')) as Record<
    string,
    unknown
  >;
  for (const [where, value] of Object.entries(change)) {
    const names = where.split('.');
    const last = names.pop() ?? '';
    let part = event['detail'] as Record<string, unknown>;
    for (const name of names) part = part[name] as Record<string, unknown>;
    if (!Object.hasOwn(part, last)) throw new Error(`${file} has no ${where}: this would change nothing`);
    part[last] = value;
  }
  return event;
}

export interface TriggerCase {
  readonly what: string;
  readonly trigger: Trigger;
  readonly event: Event;
  readonly starts: boolean;
}

const stackId = (name: string): string =>
  `arn:aws:cloudformation:us-west-1:111122223333:stack/${name}/4e1d1ee0-9a3b-11ed-a8fc-0242ac120002`;
const application: Trigger = { deployed: { codedeploy: { application: 'myApplication' } } };
const group: Trigger = {
  deployed: { codedeploy: { application: 'myApplication', group: 'myDeploymentGroup' } },
};
const pipeline: Trigger = { deployed: { codepipeline: { pipeline: 'myPipeline' } } };
const stage: Trigger = { deployed: { codepipeline: { pipeline: 'myPipeline', stage: 'Deploy' } } };
const stack: Trigger = { deployed: { cloudformation: { stack: 'teststack' } } };
const alarm: Trigger = { alarmOk: 'ServerCpuTooHigh' };
const alarms: Trigger = { alarmOk: ['Another', 'ServiceAggregatedAlarm'] };
const own: Trigger = { event: { source: 'shop.pipeline', type: 'Service Deployed' } };
const detailed = (detail: Record<string, unknown>): Trigger => ({
  event: { source: ['shop.pipeline', 'shop.other'], type: ['Service Deployed'], detail },
});

const row = (what: string, trigger: Trigger, event: Event, starts: boolean): TriggerCase => ({
  what,
  trigger,
  event,
  starts,
});

/** Which events start what: AWS's published samples, and what comes beside them and must not. */
export const triggerCases: readonly TriggerCase[] = [
  row('CodeDeploy: success', application, sample('codedeploy-deployment'), true),
  row('CodeDeploy: success in the group', group, sample('codedeploy-deployment'), true),
  ...['START', 'FAILURE', 'STOP', 'READY', 'CREATED', 'IN_PROGRESS'].map((state) =>
    row(`CodeDeploy: ${state}`, application, sample('codedeploy-deployment', { state }), false),
  ),
  row(
    'CodeDeploy: another group',
    group,
    sample('codedeploy-deployment', { deploymentGroup: 'other' }),
    false,
  ),
  row(
    'CodeDeploy: another group, where any will do',
    application,
    sample('codedeploy-deployment', { deploymentGroup: 'other' }),
    true,
  ),
  row(
    'CodeDeploy: another application',
    application,
    sample('codedeploy-deployment', { application: 'other' }),
    false,
  ),
  row('CodeDeploy: one instance of a deployment', application, sample('codedeploy-instance'), false),

  row('CodePipeline: succeeded', pipeline, sample('codepipeline-pipeline'), true),
  ...['STARTED', 'FAILED', 'CANCELED', 'RESUMED', 'STOPPED', 'STOPPING', 'SUPERSEDED'].map((state) =>
    row(`CodePipeline: ${state}`, pipeline, sample('codepipeline-pipeline', { state }), false),
  ),
  row(
    'CodePipeline: another pipeline',
    pipeline,
    sample('codepipeline-pipeline', { pipeline: 'myPipeline2' }),
    false,
  ),
  row('CodePipeline: a stage of it, where the whole is meant', pipeline, sample('codepipeline-stage'), false),
  row('CodePipeline: its stage succeeded', stage, sample('codepipeline-stage'), true),
  row('CodePipeline: its stage failed', stage, sample('codepipeline-stage', { state: 'FAILED' }), false),
  row('CodePipeline: another stage', stage, sample('codepipeline-stage', { stage: 'Build' }), false),
  row('CodePipeline: the whole, where a stage is meant', stage, sample('codepipeline-pipeline'), false),

  row('CloudFormation: created', stack, sample('cloudformation-stack'), true),
  row(
    'CloudFormation: updated',
    stack,
    sample('cloudformation-stack', { 'status-details.status': 'UPDATE_COMPLETE' }),
    true,
  ),
  ...[
    'CREATE_IN_PROGRESS',
    'CREATE_FAILED',
    'ROLLBACK_COMPLETE',
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE',
    'DELETE_COMPLETE',
    'REVIEW_IN_PROGRESS',
  ].map((status) =>
    row(
      `CloudFormation: ${status}`,
      stack,
      sample('cloudformation-stack', { 'status-details.status': status }),
      false,
    ),
  ),
  ...['teststack-Nested-1A2B3C4D5E6F', 'my-teststack', 'TESTSTACK', 'teststack2'].map((name) =>
    row(
      `CloudFormation: stack ${name}`,
      stack,
      sample('cloudformation-stack', { 'stack-id': stackId(name) }),
      false,
    ),
  ),
  row('CloudFormation: a resource of the stack', stack, sample('cloudformation-resource'), false),
  row(
    'CloudFormation: in another partition',
    stack,
    sample('cloudformation-stack', { 'stack-id': stackId('teststack').replace('arn:aws:', 'arn:aws-cn:') }),
    true,
  ),

  row('alarm: OK again', alarm, sample('cloudwatch-alarm'), true),
  row('alarm: firing', alarm, sample('cloudwatch-alarm', { 'state.value': 'ALARM' }), false),
  row('alarm: no data', alarm, sample('cloudwatch-alarm', { 'state.value': 'INSUFFICIENT_DATA' }), false),
  row(
    'alarm: OK after a pause of its data',
    alarm,
    sample('cloudwatch-alarm', { 'previousState.value': 'INSUFFICIENT_DATA' }),
    false,
  ),
  row('alarm: another', alarm, sample('cloudwatch-composite-alarm'), false),
  row('alarm: one of several, a composite one', alarms, sample('cloudwatch-composite-alarm'), true),

  row('event: source and type', own, sample('custom'), true),
  row('event: another source', own, { ...sample('custom'), source: 'other.pipeline' }, false),
  row('event: another type', own, { ...sample('custom'), 'detail-type': 'Service Removed' }, false),
  row('event: a value', detailed({ service: 'checkout' }), sample('custom'), true),
  row('event: another value', detailed({ service: 'pricing' }), sample('custom'), false),
  row('event: false', detailed({ canary: false }), sample('custom'), true),
  row(
    'event: a number further in',
    detailed({ commit: { files: 3, branch: 'main' } }),
    sample('custom'),
    true,
  ),
  row('event: another number further in', detailed({ commit: { files: 4 } }), sample('custom'), false),
  row('event: one of several values', detailed({ service: ['pricing', 'checkout'] }), sample('custom'), true),
  row('event: an operator', detailed({ commit: { branch: [{ prefix: 'ma' }] } }), sample('custom'), true),
  row('event: one of a list in the event', detailed({ tags: 'orders' }), sample('custom'), true),
  row('event: a field that is not there', detailed({ absent: 'x' }), sample('custom'), false),

  row(
    'pattern: as it is written',
    { pattern: { source: [{ prefix: 'shop.' }], detail: { stage: ['dev'] } } },
    sample('custom'),
    true,
  ),
  row(
    'pattern: as it is written, and no match',
    { pattern: { source: [{ prefix: 'shop.' }], detail: { stage: ['prod'] } } },
    sample('custom'),
    false,
  ),
];
