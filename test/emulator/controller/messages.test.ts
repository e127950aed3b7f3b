import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { CreateTopicCommand, DeleteTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeSlack } from '../../support/slack/fake-slack.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed, experimentFile, submission, traffic } from './support.ts';

describeWithEmulator('messages of the deployed controller', () => {
  let aws: Deployed;
  let slack: FakeSlack;

  beforeAll(async () => {
    slack = await FakeSlack.start();
    slack.workspace.addChannel('chaos');
    aws = await deployed({ args: ['--param', `slackApi=${slack.baseUrl}`] });
    const ssm = new SSMClient({
      endpoint: aws.emulator.endpoint,
      region: aws.emulator.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await ssm.send(
      new PutParameterCommand({
        Name: '/inoculate/test/slack/bot-token',
        Value: slack.token,
        Type: 'SecureString',
      }),
    );
    ssm.destroy();
  }, 300_000);

  afterAll(async () => {
    await slack?.close();
    await aws?.emulator.stop();
  });

  it('come in order once Slack and SNS are back, which were down for the whole run', async () => {
    const topic = `arn:aws:sns:${aws.emulator.region}:${aws.emulator.accountId}:inoculate-test`;
    await aws.clients.sns.send(new DeleteTopicCommand({ TopicArn: topic }));
    await slack.down();
    await aws.request(
      submission(experimentFile({ name: 'untold', duration: '5s', notify: ['sns', 'slack:chaos'] })),
    );
    const going = traffic(aws.invoke, 'target-test-checkout');
    const started = await aws.start('untold');
    if (started.result !== 'started') throw new Error(JSON.stringify(started));
    const run = await aws.reached(started.run, 'ended');
    await going.stop();
    // Nobody heard of it, and it ended as it should.
    expect(run.outcome?.result).toBe('completed');
    expect(run.units.map(({ state }) => state.at)).toEqual(['reverted']);
    expect(slack.received).toEqual([]);

    await aws.clients.sns.send(new CreateTopicCommand({ Name: 'inoculate-test' }));
    const inbox = await subscribed(topic);
    await slack.up();
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
    // The schedule of the function does this every minute; what failed is left alone for some minutes.
    const told = async (): Promise<boolean> => {
      await aws.invoke('inoculate-test-notify', { source: 'aws.events' });
      return (slack.channel('chaos')[0]?.replies.length ?? 0) >= phases.length - 1;
    };
    await until(told, 300_000);
    const [card, ...others] = slack.channel('chaos');
    expect(others).toEqual([]);
    expect(card?.replies.map(({ text }) => text.split(' untold ')[1]?.split('.')[0])).toEqual([
      'is announced',
      'is checking whether it may begin',
      'is putting its faults in place',
      'is under way',
      'is taking its faults back',
      'has taken its faults back, and watches the recovery',
      expect.stringContaining('has ended'),
    ]);
    expect(JSON.stringify(card?.blocks)).toContain('console.aws.amazon.com/s3/object/inoculate-test-reports');
    expect(slack.refusals()).toEqual([]);
    await until(async () => (await inbox()).length === phases.length, 300_000);
    expect(await inbox()).toEqual(phases);
  }, 900_000);

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator);
  });

  /** A queue on the topic; the phases that it has got so far. */
  async function subscribed(topic: string): Promise<() => Promise<readonly string[]>> {
    const { sqs, sns } = aws.clients;
    const { accountId, region } = aws.emulator;
    // What was received once does not come again while the test lasts.
    const Attributes = { VisibilityTimeout: '3600' };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox', Attributes }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:${region}:${accountId}:inbox`,
      }),
    );
    const got: { readonly phase: string; readonly at: string }[] = [];
    return async () => {
      await aws.invoke('inoculate-test-notify', { source: 'aws.events' });
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      // A queue that is no FIFO mixes what comes at once: its own time says when SNS was given it.
      for (const { Body = '{}' } of Messages) {
        const { MessageAttributes, Timestamp } = JSON.parse(Body) as {
          MessageAttributes: { phase: { Value: string } };
          Timestamp: string;
        };
        got.push({ phase: MessageAttributes.phase.Value, at: Timestamp });
      }
      return [...got].sort((a, b) => a.at.localeCompare(b.at)).map(({ phase }) => phase);
    };
  }
});
