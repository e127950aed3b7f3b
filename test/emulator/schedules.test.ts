import {
  CreateEventBusCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  ListSchedulesCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, PublishCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Clients } from './harness/clients.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { type Emulator, startEmulator } from './harness/emulator.ts';
import { until } from './harness/until.ts';

const GroupName = 'sessions';

describeWithEmulator('schedules, buses and topics, as the emulator has them', () => {
  let emulator: Emulator;
  let clients: Clients;
  let QueueUrl: string | undefined;
  let queueArn: string;
  const messages: Readonly<Record<string, unknown>>[] = [];

  beforeAll(async () => {
    emulator = await startEmulator();
    clients = emulator.clients();
    await clients.scheduler.send(new CreateScheduleGroupCommand({ Name: GroupName }));
    ({ QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'inbox' })));
    queueArn = `arn:aws:sqs:${emulator.region}:${emulator.accountId}:inbox`;
  });

  afterAll(() => emulator.stop());

  /** What came into the queue of this name, once there is so much. */
  async function received(id: string, count: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const mine = () => messages.filter((message) => message['id'] === id);
    await until(async () => {
      const { Messages = [] } = await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      for (const { Body = '{}' } of Messages) messages.push({ ...(JSON.parse(Body) as object) });
      return mine().length >= count;
    });
    return mine();
  }

  const schedule = (Name: string, more: Partial<CreateScheduleCommandInput>): CreateScheduleCommandInput => ({
    Name,
    GroupName,
    ScheduleExpression: 'rate(1 minute)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: queueArn,
      RoleArn: `arn:aws:iam::${emulator.accountId}:role/any`,
      Input: `{"id":"${Name}","at":"<aws.scheduler.scheduled-time>"}`,
    },
    ...more,
  });
  const inSeconds = (seconds: number): Date => new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000);
  const at = (time: Date): string => `at(${time.toISOString().slice(0, 19)})`;
  const iso = (time: Date): string => time.toISOString().replace('.000Z', 'Z');

  it('begin a rate at its start date, with that as the scheduled time', async () => {
    const StartDate = inSeconds(2);
    await clients.scheduler.send(new CreateScheduleCommand(schedule('rate', { StartDate })));
    expect(await received('rate', 1)).toEqual([{ id: 'rate', at: iso(StartDate) }]);
  });

  it('run one of the same name again after it was deleted, and after it was changed', async () => {
    const times = [inSeconds(1), inSeconds(3), inSeconds(5)] as const;
    const once = (time: Date) =>
      schedule('again', { ScheduleExpression: at(time), ActionAfterCompletion: 'NONE' });
    await clients.scheduler.send(new CreateScheduleCommand(once(times[0])));
    await received('again', 1);
    await clients.scheduler.send(new DeleteScheduleCommand({ Name: 'again', GroupName }));
    await clients.scheduler.send(new CreateScheduleCommand(once(times[1])));
    await received('again', 2);
    await clients.scheduler.send(new UpdateScheduleCommand(once(times[2])));
    expect(await received('again', 3)).toEqual(times.map((time) => ({ id: 'again', at: iso(time) })));
  });

  it('are listed by their group, and refused in a group that is not there', async () => {
    const { Schedules = [] } = await clients.scheduler.send(new ListSchedulesCommand({ GroupName }));
    expect(Schedules.map(({ Name }) => Name).sort()).toEqual(['again', 'rate']);
    const elsewhere = new CreateScheduleCommand(schedule('lost', { GroupName: 'none' }));
    await expect(clients.scheduler.send(elsewhere)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('match rules on the bus that they are on, and on no other', async () => {
    const { eventBridge } = clients;
    await eventBridge.send(new CreateEventBusCommand({ Name: 'shop' }));
    for (const EventBusName of ['shop', 'default']) {
      await eventBridge.send(
        new PutRuleCommand({ Name: 'same-name', EventBusName, EventPattern: '{"source":["a"]}' }),
      );
      await eventBridge.send(
        new PutTargetsCommand({
          Rule: 'same-name',
          EventBusName,
          Targets: [{ Id: 'a', Arn: queueArn, Input: JSON.stringify({ id: `on ${EventBusName}` }) }],
        }),
      );
    }
    const entry = (EventBusName: string) => ({ Source: 'a', DetailType: 'b', Detail: '{}', EventBusName });
    await eventBridge.send(new PutEventsCommand({ Entries: [entry('shop'), entry('default')] }));
    expect(await received('on default', 1)).toHaveLength(1);
    expect(await received('on shop', 1)).toHaveLength(1);
  });

  it('say who asks', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const sts = new STSClient({ endpoint: emulator.endpoint, region: emulator.region, credentials });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: emulator.accountId });
  });

  it('let a topic fail for a while', async () => {
    const { TopicArn } = await clients.sns.send(new CreateTopicCommand({ Name: 'chaos' }));
    const publish = () => clients.sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
    const down = emulator.recorder.rule({
      action: 'Publish',
      do: { kind: 'answer', status: 503, errorCode: 'ServiceUnavailable', message: 'down' },
    });
    await expect(publish()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    down.remove();
    expect((await publish()).MessageId).toBeTruthy();
  });
});
