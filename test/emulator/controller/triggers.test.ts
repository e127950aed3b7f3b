import {
  CreateEventBusCommand,
  ListRulesCommand,
  PutEventsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { patternOf } from '../../../src/core/triggers.ts';
import type { RunLine } from '../../../src/controller/requests.ts';
import { sample, triggerCases } from '../../support/trigger-samples.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed, experimentFile, submission } from './support.ts';

const bus = 'shop';
const codedeploy = { codedeploy: { application: 'myApplication', group: 'myDeploymentGroup' } };

describeWithEmulator('triggers, on the deployed controller', () => {
  let aws: Deployed;

  beforeAll(async () => {
    aws = await deployed();
    await aws.clients.eventBridge.send(new CreateEventBusCommand({ Name: bus }));
  }, 120_000);

  afterAll(() => aws.emulator.stop());

  it('have patterns that EventBridge matches as they are meant', async () => {
    const found = await Promise.all(
      triggerCases.map(async ({ what, trigger, event }) => {
        const { Result } = await aws.clients.eventBridge.send(
          new TestEventPatternCommand({
            EventPattern: JSON.stringify(patternOf(trigger)),
            Event: JSON.stringify(event),
          }),
        );
        return { what, starts: Result };
      }),
    );
    expect(found).toEqual(triggerCases.map(({ what, starts }) => ({ what, starts })));
  });

  /** Sends an event of `test/events` as its service does. */
  async function put(event: Readonly<Record<string, unknown>>, to = 'default'): Promise<void> {
    const { Entries } = await aws.clients.eventBridge.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: String(event['source']),
            DetailType: String(event['detail-type']),
            Detail: JSON.stringify(event['detail']),
            EventBusName: to,
          },
        ],
      }),
    );
    expect(Entries?.[0]?.ErrorCode).toBeUndefined();
  }

  async function runsOf(experiment: string): Promise<readonly RunLine[]> {
    const answer = await aws.request({ inoculate: 'runs/1', experiment, limit: 10 });
    return answer.result === 'runs' ? answer.runs : [];
  }

  async function rules(): Promise<readonly string[]> {
    const found = await Promise.all(
      ['default', bus].map(async (EventBusName) => {
        const { Rules = [] } = await aws.clients.eventBridge.send(
          new ListRulesCommand({ EventBusName, NamePrefix: 'inoculate-test-x-' }),
        );
        return Rules.map(({ Name = '' }) => `${EventBusName} ${Name.slice(-2)}`);
      }),
    );
    return found.flat().sort();
  }

  it('a deployment starts the run of an experiment after its delay, and once however many events it sends', async () => {
    const delayMs = 4_000;
    await aws.request(
      submission(
        experimentFile({
          name: 'after-deployment',
          duration: '2s',
          triggers: [{ deployed: codedeploy, delay: '4s' }],
        }),
      ),
    );
    await put(sample('codedeploy-deployment', { state: 'FAILURE' }));
    await put(sample('codedeploy-deployment', { deploymentGroup: 'other' }));
    await put(sample('codedeploy-deployment'));
    await put(sample('codedeploy-deployment', { deploymentId: 'd-2' }));
    await until(async () => (await runsOf('after-deployment')).length > 0);
    const [line] = await runsOf('after-deployment');
    const run = await aws.reached(line?.id ?? '', 'ended');
    expect(run.requestedBy).toBe('event CodeDeploy Deployment State-change Notification from aws.codedeploy');
    expect(run.slot.kind).toBe('event');
    expect(run.startAt).toBe(run.slot.at + delayMs);
    const joined = aws.emulator
      .logs('inoculate-test-start')
      .filter((text) => text.includes('already-under-way') && text.includes(run.id));
    expect(joined).toHaveLength(1);
    expect(await runsOf('after-deployment')).toHaveLength(1);
    // The deployment after that is another run.
    await put(sample('codedeploy-deployment', { deploymentId: 'd-3' }));
    await until(async () => (await runsOf('after-deployment')).length > 1);
    for (const { id } of await runsOf('after-deployment')) await aws.reached(id, 'ended');
  }, 90_000);

  it('come on other buses too, and leave no rule behind when the bus changes or the experiment goes', async () => {
    const own = {
      event: { source: 'shop.pipeline', type: 'Service Deployed', detail: { service: 'checkout' } },
    };
    const register = async (...triggers: readonly object[]): Promise<unknown> =>
      aws.request(submission(experimentFile({ name: 'on-a-bus', duration: '2s', triggers })));
    await aws.request({ inoculate: 'remove/1', by: 'a test', experiment: 'after-deployment' });
    await register({ ...own, bus }, { ...own, bus });
    expect(await rules()).toEqual([`${bus} -1`, `${bus} -2`]);
    await put(sample('custom'));
    await put(sample('custom', { service: 'pricing' }), bus);
    await put(sample('custom'), bus);
    await until(async () => (await runsOf('on-a-bus')).length > 0);
    for (const { id } of await runsOf('on-a-bus')) await aws.reached(id, 'ended');
    expect(await runsOf('on-a-bus')).toHaveLength(1);
    await register({ ...own, bus }, own);
    expect(await rules()).toEqual(['default -2', `${bus} -1`]);
    expect(await register({ ...own, bus: 'nowhere' })).toMatchObject({
      registrations: [{ result: 'refused', problems: [{ code: 'unknown-bus' }] }],
    });
    expect(await rules()).toEqual(['default -2', `${bus} -1`]);
    await aws.request({ inoculate: 'remove/1', by: 'a test', experiment: 'on-a-bus' });
    expect(await rules()).toEqual([]);
  }, 90_000);

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator, 'triggers');
  });
});
