import { DescribeRuleCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { judge } from '../../support/iam/least-privilege.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { type Deployed, deployed, experimentFile, submission, traffic } from './support.ts';

const inoculate = 'allow';
const FunctionName = 'target-test-pricing';
const rule = { Name: 'changed-nightly' };

describeWithEmulator('settings of functions, event sources and rules, by the deployed controller', () => {
  let aws: Deployed;
  let going: ReturnType<typeof traffic>;
  let UUID: string | undefined;

  beforeAll(async () => {
    aws = await deployed();
    const { eventBridge, lambda, sqs } = aws.clients;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'changed-jobs' }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    ({ UUID } = await lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName,
        EventSourceArn: Attributes?.['QueueArn'],
        Tags: { inoculate },
      }),
    ));
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 5 }));
    await eventBridge.send(
      new PutRuleCommand({
        ...rule,
        EventPattern: '{"source":["shop"]}',
        Tags: [{ Key: 'inoculate', Value: inoculate }],
      }),
    );
    going = traffic(aws.invoke, 'target-test-checkout');
  }, 300_000);

  afterAll(async () => {
    await going?.stop();
    await aws?.emulator.stop();
  });

  /** All settings that the faults touch. */
  async function settings(): Promise<Readonly<Record<string, unknown>>> {
    const { eventBridge, lambda } = aws.clients;
    const { Configuration, Concurrency } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    return {
      concurrency: Concurrency?.ReservedConcurrentExecutions,
      timeout: Configuration?.Timeout,
      memory: Configuration?.MemorySize,
      mapping: (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State,
      rule: (await eventBridge.send(new DescribeRuleCommand(rule))).State,
    };
  }

  it('are changed during the run, and as they were after it', async () => {
    const before = await settings();
    expect(before).toMatchObject({ concurrency: 5, mapping: 'Enabled', rule: 'ENABLED' });
    const name = 'changed';
    const experiment = experimentFile({
      name,
      targets: {
        checkout: { lambda: 'target-${stage}-checkout' },
        pricing: { lambda: 'target-${stage}-pricing' },
        jobs: { eventSource: 'changed-jobs', consumer: FunctionName },
        nightly: { rule: rule.Name },
      },
      faults: [
        { kind: 'invocation.latency', target: 'checkout', delay: '20ms' },
        { kind: 'lambda.throttle', target: 'pricing', concurrency: 1, acceptsDataLoss: true },
        { kind: 'lambda.timeout', target: 'pricing', timeout: '1s' },
        { kind: 'lambda.memory', target: 'pricing', memoryMb: 256 },
        { kind: 'lambda.event-source-pause', target: 'jobs', acceptsDataLoss: true },
        { kind: 'eventbridge.rule-disable', target: 'nightly', acceptsDataLoss: true },
      ],
      duration: '15s',
    });
    expect(await aws.request(submission(experiment))).toMatchObject({ registrations: [{ result: 'new' }] });
    const started = await aws.start(name);
    if (started.result !== 'started') throw new Error(JSON.stringify(started));
    const running = await aws.reached(started.run, 'observing', 'reverting', 'ended');
    expect(running).toMatchObject({ phase: 'observing', abort: null, outcome: null });
    expect(await settings()).toMatchObject({ concurrency: 1, timeout: 1, memory: 256, rule: 'DISABLED' });
    expect((await settings())['mapping']).toMatch(/^Disabl/);

    const run = await aws.reached(started.run, 'recovering', 'ended');
    expect(await settings()).toEqual(before);
    expect(run.units.map(({ driver, state }) => [driver, 'how' in state ? state.how : state.at])).toEqual(
      expect.arrayContaining([
        ['lambda-concurrency', 'restored'],
        ['lambda-configuration', 'restored'],
        ['lambda-event-source', 'restored'],
        ['eventbridge-rule', 'restored'],
      ]),
    );
    expect((await aws.reached(started.run, 'ended')).outcome).toMatchObject({ result: 'completed' });
  }, 300_000);

  it('needed no call that the deployed roles deny', () => {
    const { emulator } = aws;
    const world = {
      partition: 'aws',
      region: emulator.region,
      account: emulator.accountId,
      tagsOf: (arn: string) => (/changed-|target-test-|event-source-mapping/.test(arn) ? { inoculate } : {}),
    };
    const { denied, used } = judge(emulator.recorder.history(), { stage: 'test', world });
    expect(denied).toEqual([]);
    expect([...used]).toEqual(
      expect.arrayContaining([
        'tick lambda:PutFunctionConcurrency',
        'tick lambda:UpdateFunctionConfiguration',
        'tick lambda:UpdateEventSourceMapping',
        'tick events:DisableRule',
        'tick events:EnableRule',
      ]),
    );
  });
});
