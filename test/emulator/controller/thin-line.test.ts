import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed, experimentFile, submission, traffic, webhook } from './support.ts';

describeWithEmulator('the controller, deployed', () => {
  let aws: Deployed;
  let slack: Awaited<ReturnType<typeof webhook>>;

  beforeAll(async () => {
    slack = await webhook();
    aws = await deployed();
    const ssm = new SSMClient({
      endpoint: aws.emulator.endpoint,
      region: aws.emulator.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await ssm.send(
      new PutParameterCommand({
        Name: '/inoculate/test/slack/webhooks/chaos',
        Value: slack.url,
        Type: 'SecureString',
      }),
    );
    ssm.destroy();
  }, 300_000);

  afterAll(async () => {
    slack.close();
    await aws?.emulator.stop();
  });

  it('registers without running, and a second time changes nothing', async () => {
    const message = submission(experimentFile({ name: 'only-registered' }));
    expect(await aws.request(message)).toMatchObject({ registrations: [{ result: 'new', version: 1 }] });
    expect(await aws.request(message)).toMatchObject({
      registrations: [{ result: 'unchanged', version: 1 }],
    });
    expect(await aws.request({ inoculate: 'status/1' })).toMatchObject({ killSwitch: false, runs: [] });
  });

  it('runs an experiment that an event starts, tells each phase on SNS and Slack, and aborts on an alarm', async () => {
    const { clients } = aws;
    await clients.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'checkout-errors',
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      }),
    );
    const alarm = (StateValue: 'OK' | 'ALARM'): Promise<unknown> =>
      clients.cloudWatch.send(
        new SetAlarmStateCommand({ AlarmName: 'checkout-errors', StateValue, StateReason: 'a test' }),
      );
    await alarm('OK');
    const inbox = await subscribed();
    await aws.request(
      submission(
        experimentFile({
          name: 'on-deployment',
          duration: '5m',
          abort: { alarms: ['checkout-errors'] },
          triggers: [{ pattern: { source: ['shop.pipeline'], 'detail-type': ['Deployed'] } }],
          notify: ['sns', 'slack:chaos'],
        }),
      ),
    );
    const going = traffic(aws.invoke, 'target-test-checkout');
    await clients.eventBridge.send(
      new PutEventsCommand({
        Entries: [{ Source: 'shop.pipeline', DetailType: 'Deployed', Detail: '{}' }],
      }),
    );
    let id = '';
    await until(async () => {
      const status = await aws.request({ inoculate: 'status/1' });
      id = status.result === 'status' ? (status.runs[0]?.id ?? '') : '';
      return id !== '';
    });
    await aws.reached(id, 'observing');
    await alarm('ALARM');
    const ended = await aws.reached(id, 'ended');
    await going.stop();
    expect(ended.abort).toEqual({ code: 'alarm', alarm: 'checkout-errors', state: 'ALARM' });
    expect(ended.units.map(({ state }) => state.at)).toEqual(['reverted']);
    const phases = [
      'requested',
      'announced',
      'checking',
      'injecting',
      'observing',
      'reverting',
      'recovering',
      'ended',
    ];
    await until(() => slack.posts.length >= phases.length);
    expect(slack.posts).toHaveLength(phases.length);
    await until(async () => (await inbox()).size === phases.length);
    expect([...(await inbox())].sort()).toEqual([...phases].sort());
  }, 180_000);

  it('starts the run of a schedule for its scheduled time', async () => {
    await aws.request(
      submission(
        experimentFile({
          name: 'each-minute',
          duration: '2s',
          schedule: { rate: '1 minute', timezone: 'Europe/Berlin' },
        }),
      ),
    );
    await aws.emulator.fireSchedule('inoculate-test-experiments', 'each-minute');
    let runs: readonly { readonly id: string }[] = [];
    await until(async () => {
      const answer = await aws.request({ inoculate: 'runs/1', experiment: 'each-minute', limit: 10 });
      runs = answer.result === 'runs' ? answer.runs : [];
      return runs.length > 0;
    });
    expect(runs[0]?.id).toMatch(/^each-minute\.scheduled\.\d{4}-\d{2}-\d{2}T/);
    // It has the target that the next test wants.
    for (const { id } of runs) await aws.reached(id, 'ended');
    expect(
      await aws.request({ inoculate: 'remove/1', by: 'a test', experiment: 'each-minute' }),
    ).toMatchObject({
      result: 'removed',
    });
  }, 180_000);

  it('cannot be removed while a run is under way; afterwards it takes its rules along', async () => {
    const { clients } = aws;
    const rules = async (): Promise<number> =>
      (await clients.eventBridge.send(new ListRulesCommand({ NamePrefix: 'inoculate-test-x-' }))).Rules
        ?.length ?? 0;
    const triggers = [{ pattern: { source: ['never'] } }];
    await aws.request(submission(experimentFile({ name: 'under-way', duration: '10m', triggers })));
    expect(await rules()).toBeGreaterThan(0);
    const started = await aws.start('under-way');
    if (started.result !== 'started') throw new Error(JSON.stringify(started));
    await aws.reached(started.run, 'observing');
    await expect(aws.deployment.remove()).rejects.toThrow(started.run);
    await aws.invoke('inoculate-test-stop', { inoculate: 'kill-switch/1', on: true, by: 'a test' });
    await aws.reached(started.run, 'ended');
    await aws.deployment.remove();
    expect(await rules()).toBe(0);
  }, 240_000);

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator, 'thin-line');
  });

  /** A queue on the topic; what it has got so far, by phase. */
  async function subscribed(): Promise<() => Promise<ReadonlySet<string>>> {
    const { sqs, sns } = aws.clients;
    const { accountId, region } = aws.emulator;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: `arn:aws:sns:${region}:${accountId}:inoculate-test`,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:${region}:${accountId}:inbox`,
      }),
    );
    const phases = new Set<string>();
    return async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      for (const { Body = '{}' } of Messages) {
        const { MessageAttributes } = JSON.parse(Body) as {
          MessageAttributes: { phase: { Value: string } };
        };
        phases.add(MessageAttributes.phase.Value);
      }
      return phases;
    };
  }
});
