import path from 'node:path';
import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { PublishCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Clients } from './harness/clients.ts';
import { type Deployment, deploy } from './harness/deploy.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { type Emulator, startEmulator } from './harness/emulator.ts';
import { until } from './harness/until.ts';

const TableName = 'harness-things';
const alarm = 'harness-failing';

interface Received {
  /** `event#ID#REQUEST#TIME` */
  readonly key: string;
  readonly requestId: string;
  readonly event: Readonly<Record<string, unknown>>;
}

describeWithEmulator('events, as the emulator has them', () => {
  let emulator: Emulator;
  let clients: Clients;
  let deployment: Deployment;

  beforeAll(async () => {
    emulator = await startEmulator();
    clients = emulator.clients();
    deployment = await deploy(emulator, path.join(import.meta.dirname, 'fixtures/service'));
  });

  afterAll(() => emulator.stop());

  /** What the function `listener` was invoked with. */
  async function received(id: string): Promise<Received[]> {
    const { Items = [] } = await clients.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.flatMap(({ pk, value }) => {
      const key = pk?.S ?? '';
      if (!key.startsWith(`event#${id}#`)) return [];
      const [, , requestId = ''] = key.split('#');
      return [{ key, requestId, event: JSON.parse(value?.S ?? '{}') }];
    });
  }

  async function first(id: string): Promise<Received['event']> {
    await until(async () => (await received(id)).length > 0);
    return (await received(id))[0]?.event ?? {};
  }

  async function stateOf(name: string): Promise<string | undefined> {
    const { MetricAlarms = [] } = await clients.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [name] }),
    );
    return MetricAlarms[0]?.StateValue;
  }

  const ask = (id: string, more: { readonly source?: string; readonly fail?: boolean } = {}) => {
    const { source = 'pipeline', fail = false } = more;
    const Detail = JSON.stringify({ id, fail });
    const entry = { EventBusName: 'harness', Source: source, DetailType: 'Harness Asked', Detail };
    return clients.eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  };

  it('delivers an event with its envelope, under the id that PutEvents gave it', async () => {
    const { Entries = [] } = await ask('envelope');
    expect(await first('envelope')).toMatchObject({
      version: '0',
      id: Entries[0]?.EventId,
      source: 'pipeline',
      'detail-type': 'Harness Asked',
      account: emulator.accountId,
      region: emulator.region,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      resources: [],
      detail: { id: 'envelope' },
    });
  });

  it('delivers nothing that the pattern leaves out', async () => {
    await ask('left-out', { source: 'aws.something' });
    await ask('let-in');
    await first('let-in');
    expect(await received('left-out')).toEqual([]);
  });

  it('tries a failed asynchronous invocation twice more, then hands the event to the dead-letter queue', async () => {
    await ask('failing', { fail: true });
    await until(async () => (await received('failing')).length === 3);
    const attempts = await received('failing');
    expect(new Set(attempts.map(({ requestId }) => requestId)).size).toBe(1);
    const QueueUrl = deployment.outputs['JobsUrl']?.replace('harness-jobs', 'harness-dead');
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }),
    );
    expect(JSON.parse(Messages[0]?.Body ?? '{}')).toEqual(attempts[0]?.event);
  });

  it('keeps an asynchronous event while the function is throttled, and counts that as no attempt', async () => {
    emulator.pause('harness-test-listener');
    await ask('patient');
    // More often than a failing event is tried.
    await until(() => emulator.throttled('harness-test-listener') > 3);
    expect(await received('patient')).toEqual([]);
    emulator.resume('harness-test-listener');
    await first('patient');
  });

  it('transforms the input of a rule’s target', async () => {
    const { eventBridge } = clients;
    const rule = { Name: 'transforming', EventBusName: 'harness' };
    await eventBridge.send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["transformed"]}' }));
    const InputTransformer = {
      InputPathsMap: { name: '$.detail.id' },
      InputTemplate:
        '{"id":"transformed-<name>","whole":<aws.events.event.json>,"rule":"<aws.events.rule-name>"}',
    };
    const target = { Id: 'listener', Arn: deployment.outputs['ListenerArn'], InputTransformer };
    await eventBridge.send(
      new PutTargetsCommand({ Rule: rule.Name, EventBusName: 'harness', Targets: [target] }),
    );
    const Detail = '{"id":"x","a":"say \\"hi\\""}';
    const entry = { EventBusName: 'harness', Source: 'transformed', DetailType: 'Any', Detail };
    await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
    expect(await first('transformed-x')).toMatchObject({
      rule: 'transforming',
      whole: { source: 'transformed', detail: { id: 'x', a: 'say "hi"' } },
    });
  });

  it('invokes functions subscribed to a topic', async () => {
    const TopicArn = `arn:aws:sns:${emulator.region}:${emulator.accountId}:harness-topic`;
    const { MessageId = '' } = await clients.sns.send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(await first(MessageId)).toMatchObject({
      Records: [{ EventSource: 'aws:sns', Sns: { Message: 'hello' } }],
    });
  });

  const inSeconds = (seconds: number, timeZone: string): string => {
    const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    return `at(${parts.format(new Date(Date.now() + seconds * 1000)).replace(' ', 'T')})`;
  };
  const schedule = (Name: string, more: Partial<CreateScheduleCommandInput>): CreateScheduleCommand =>
    new CreateScheduleCommand({
      Name,
      GroupName: 'harness',
      ScheduleExpression: inSeconds(2, 'UTC'),
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: deployment.outputs['ListenerArn'],
        RoleArn: `arn:aws:iam::${emulator.accountId}:role/any`,
        Input: `{"id":"${Name}","at":"<aws.scheduler.scheduled-time>","arn":"<aws.scheduler.schedule-arn>"}`,
      },
      ...more,
    });

  it('runs a one-time schedule in its time zone, with its context attributes, and deletes it', async () => {
    const { scheduler } = clients;
    const ScheduleExpressionTimezone = 'Asia/Kolkata';
    const ScheduleExpression = inSeconds(2, ScheduleExpressionTimezone);
    await scheduler.send(schedule('once', { ScheduleExpression, ScheduleExpressionTimezone }));
    const { ScheduleExpression: kept } = await scheduler.send(
      new GetScheduleCommand({ Name: 'once', GroupName: 'harness' }),
    );
    expect(kept).toBe(ScheduleExpression);
    const event = await first('once');
    const local = new Date(`${ScheduleExpression.slice(3, -1)}+05:30`);
    expect(event['at']).toBe(local.toISOString().replace('.000Z', 'Z'));
    expect(event['arn']).toMatch(/:schedule\/harness\/once$/);
    const read = new GetScheduleCommand({ Name: 'once', GroupName: 'harness' });
    await expect(scheduler.send(read)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('reads cron expressions in the time zone of their schedule, in summer and in winter', async () => {
    const { scheduler } = clients;
    const more = { ScheduleExpression: 'cron(0 10 ? * TUE *)', ScheduleExpressionTimezone: 'Europe/Berlin' };
    await scheduler.send(schedule('weekly', more));
    const next = async (after: string) =>
      (await emulator.nextTime('harness', 'weekly', new Date(after))).toISOString();
    expect(await next('2027-07-05T12:00:00Z')).toBe('2027-07-06T08:00:00.000Z');
    expect(await next('2027-01-04T12:00:00Z')).toBe('2027-01-05T09:00:00.000Z');
  });

  it('runs a schedule at once when a test asks for it', async () => {
    await clients.scheduler.send(schedule('asked', { ScheduleExpression: 'rate(1 day)' }));
    await emulator.fireSchedule('harness', 'asked');
    expect((await first('asked'))['at']).toMatch(/Z$/);
    await expect(emulator.fireSchedule('harness', 'missing')).rejects.toThrow('There is no');
  });

  it('does not run a disabled schedule', async () => {
    const { scheduler } = clients;
    await scheduler.send(schedule('disabled', { State: 'DISABLED' }));
    await scheduler.send(schedule('enabled', { ScheduleExpression: inSeconds(3, 'UTC') }));
    await first('enabled');
    expect(await received('disabled')).toEqual([]);
  });

  it('judges an alarm by its own dimensions, and tells the default bus and the alarm’s topic', async () => {
    const { cloudWatch } = clients;
    const put = (functionName: string, Value: number) => {
      const Dimensions = [{ Name: 'FunctionName', Value: functionName }];
      const datum = { MetricName: 'Failures', Value, Dimensions, Timestamp: new Date() };
      return cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Harness', MetricData: [datum] }));
    };
    const state = async () => {
      const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [alarm] }));
      return MetricAlarms[0];
    };
    await put('other', 5);
    expect((await state())?.StateValue).toBe('INSUFFICIENT_DATA');
    await put('probe', 5);
    expect(await state()).toMatchObject({ StateValue: 'ALARM', StateUpdatedTimestamp: expect.any(Date) });
    expect(await first(alarm)).toMatchObject({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [`arn:aws:cloudwatch:${emulator.region}:${emulator.accountId}:alarm:${alarm}`],
      detail: {
        alarmName: alarm,
        state: { value: 'ALARM', reason: expect.any(String), timestamp: expect.stringMatching(/\+0000$/) },
        previousState: { value: 'INSUFFICIENT_DATA' },
        configuration: {
          metrics: [
            {
              returnData: true,
              metricStat: {
                metric: { namespace: 'Harness', name: 'Failures', dimensions: { FunctionName: 'probe' } },
                period: 10,
                stat: 'Sum',
              },
            },
          ],
        },
      },
    });
    await until(async () => (await state())?.StateValue === 'INSUFFICIENT_DATA');
  });

  it('raises an alarm by a metric that a function writes into its log', async () => {
    const put = new InvokeCommand({ FunctionName: 'harness-test-probe', Payload: '{"metric":3}' });
    await clients.lambda.send(put);
    await until(async () => (await stateOf(alarm)) === 'ALARM');
  });

  it('raises an alarm by the length of a queue', async () => {
    const QueueUrl = deployment.outputs['JobsUrl']?.replace('harness-jobs', 'harness-dead');
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'dead' }));
    const alarms = new DescribeAlarmsCommand({ AlarmNames: ['harness-dead-letters'] });
    await until(
      async () => (await clients.cloudWatch.send(alarms)).MetricAlarms?.[0]?.StateValue === 'ALARM',
    );
  });

  it('tells of an alarm that was set by hand', async () => {
    const set = (StateValue: 'OK' | 'ALARM') =>
      clients.cloudWatch.send(
        new SetAlarmStateCommand({ AlarmName: alarm, StateValue, StateReason: 'a test' }),
      );
    await set('OK');
    await set('ALARM');
    const state = expect.objectContaining({ value: 'ALARM', reason: 'a test' });
    const previousState = expect.objectContaining({ value: 'OK' });
    await until(async () => {
      const details = (await received(alarm)).map(({ event }) => event['detail']);
      return details.some((detail) =>
        expect.objectContaining({ state, previousState }).asymmetricMatch(detail),
      );
    });
  });

  it('gives metrics with times that the SDK reads', async () => {
    const end = Date.now() + 60_000;
    const { MetricDataResults = [] } = await clients.cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(end - 3_600_000),
        EndTime: new Date(end),
        MetricDataQueries: [
          {
            Id: 'invocations',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/Lambda',
                MetricName: 'Invocations',
                Dimensions: [{ Name: 'FunctionName', Value: 'harness-test-listener' }],
              },
              Period: 60,
              Stat: 'Sum',
            },
          },
        ],
      }),
    );
    const [result] = MetricDataResults;
    expect(result?.Timestamps?.[0]).toBeInstanceOf(Date);
    expect(Math.max(...(result?.Values ?? []))).toBeGreaterThan(0);
  });
});
