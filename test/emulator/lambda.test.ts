import path from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeArchiveCommand, DescribeEventBusCommand } from '@aws-sdk/client-eventbridge';
import {
  DeleteFunctionConcurrencyCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionRecursionConfigCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { ListTagsForResourceCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueueTagsCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Clients } from './harness/clients.ts';
import { type Deployment, deploy } from './harness/deploy.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { type Emulator, startEmulator } from './harness/emulator.ts';
import { until } from './harness/until.ts';

const serviceDir = path.join(import.meta.dirname, 'fixtures/service');
const probe = { FunctionName: 'harness-test-probe' };
const worker = { FunctionName: 'harness-test-worker' };
const looper = { FunctionName: 'harness-test-looper' };
const TableName = 'harness-things';

describeWithEmulator('deployed resources and Lambda, as the emulator has them', () => {
  let emulator: Emulator;
  let clients: Clients;
  let deployment: Deployment;

  beforeAll(async () => {
    emulator = await startEmulator();
    clients = emulator.clients();
    deployment = await deploy(emulator, serviceDir);
  });

  afterAll(() => emulator.stop());

  afterEach(() => emulator.recorder.clear());

  const keys = async (prefix: string): Promise<string[]> => {
    const { Items = [] } = await clients.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.map(({ pk }) => pk?.S ?? '').filter((key) => key.startsWith(prefix));
  };
  const send = async (job: object): Promise<void> => {
    const QueueUrl = deployment.outputs['JobsUrl'];
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job) }));
  };
  const settled = () =>
    waitUntilFunctionUpdatedV2({ client: clients.lambda, maxWaitTime: 20, minDelay: 1 }, probe);

  it('creates tables with lifetime, recovery, protection and tags', async () => {
    const { dynamodb } = clients;
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.DeletionProtectionEnabled).toBe(true);
    const ttl = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(ttl.TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
    const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
    const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    expect(recovery?.PointInTimeRecoveryStatus).toBe('ENABLED');
    const { Tags } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    expect(Tags).toContainEqual({ Key: 'inoculate', Value: 'allow' });
  });

  it('creates queues with redrive policy and tags', async () => {
    const QueueUrl = deployment.outputs['JobsUrl'];
    const { Attributes = {} } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(JSON.parse(Attributes['RedrivePolicy'] ?? '')).toMatchObject({
      deadLetterTargetArn: expect.stringContaining(':harness-dead'),
    });
    const { Tags } = await clients.sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).toMatchObject({ inoculate: 'allow' });
  });

  it('creates functions with reserved concurrency, dead-letter queue and tags', async () => {
    const { lambda } = clients;
    expect(await lambda.send(new GetFunctionCommand(worker))).toMatchObject({
      Concurrency: { ReservedConcurrentExecutions: 2 },
      Tags: { project: 'harness' },
    });
    expect(await lambda.send(new GetFunctionCommand(probe))).toMatchObject({
      Tags: { inoculate: 'allow', project: 'harness' },
    });
    const listener = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'harness-test-listener' }),
    );
    expect(listener.DeadLetterConfig?.TargetArn).toContain(':harness-dead');
  });

  it('creates buses with policy and archive', async () => {
    const { eventBridge } = clients;
    const bus = await eventBridge.send(new DescribeEventBusCommand({ Name: 'harness' }));
    expect(JSON.parse(bus.Policy ?? '')).toMatchObject({
      Statement: [{ Sid: 'own-account', Effect: 'Allow' }],
    });
    const archive = await eventBridge.send(new DescribeArchiveCommand({ ArchiveName: 'harness' }));
    expect(archive).toMatchObject({ State: 'ENABLED', RetentionDays: 1, EventSourceArn: bus.Arn });
  });

  it('throttles a function with a reserved concurrency of 0, and runs it when that is taken away', async () => {
    const { lambda } = clients;
    const invoke = () => lambda.send(new InvokeCommand(probe));
    await lambda.send(new PutFunctionConcurrencyCommand({ ...probe, ReservedConcurrentExecutions: 0 }));
    await expect(invoke()).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    expect(await lambda.send(new GetFunctionCommand(probe))).toMatchObject({
      Concurrency: { ReservedConcurrentExecutions: 0 },
    });
    await lambda.send(new DeleteFunctionConcurrencyCommand(probe));
    const read = await lambda.send(new GetFunctionConcurrencyCommand(probe));
    expect(read.ReservedConcurrentExecutions).toBeUndefined();
    expect((await invoke()).FunctionError).toBeUndefined();
  });

  it('runs as many invocations at once as are reserved, and throttles the others', async () => {
    const { lambda } = clients;
    await lambda.send(new PutFunctionConcurrencyCommand({ ...probe, ReservedConcurrentExecutions: 1 }));
    const results = await Promise.allSettled(
      [1, 2].map(() => lambda.send(new InvokeCommand({ ...probe, Payload: '{"sleepMs":1000}' }))),
    );
    await lambda.send(new DeleteFunctionConcurrencyCommand(probe));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('changes the RevisionId with each change, and once more when it has settled', async () => {
    const { lambda } = clients;
    await settled();
    const read = async () => lambda.send(new GetFunctionConfigurationCommand(probe));
    const before = await read();
    const update = (Timeout: number, RevisionId?: string) =>
      lambda.send(new UpdateFunctionConfigurationCommand({ ...probe, Timeout, RevisionId }));
    const updated = await update(7, before.RevisionId);
    expect(updated).toMatchObject({ Timeout: 7, LastUpdateStatus: 'InProgress' });
    await settled();
    const after = await read();
    expect(after.LastUpdateStatus).toBe('Successful');
    expect(new Set([before.RevisionId, updated.RevisionId, after.RevisionId]).size).toBe(3);
    await expect(update(9, updated.RevisionId)).rejects.toMatchObject({
      name: 'PreconditionFailedException',
    });
    expect((await read()).Timeout).toBe(7);
    await update(5, after.RevisionId);
    await settled();
  });

  it('takes one update of a function at a time', async () => {
    const update = new UpdateFunctionConfigurationCommand({ ...probe, Description: 'one' });
    const results = await Promise.allSettled([clients.lambda.send(update), clients.lambda.send(update)]);
    expect(results).toContainEqual(expect.objectContaining({ status: 'fulfilled' }));
    const reason = expect.objectContaining({ name: 'ResourceConflictException' });
    expect(results).toContainEqual({ status: 'rejected', reason });
    await settled();
  });

  it('runs a published version with what it was published with', async () => {
    const { lambda } = clients;
    const { Version } = await lambda.send(new PublishVersionCommand(probe));
    const Environment = { Variables: { GREETING: 'changed', TABLE: TableName } };
    await lambda.send(new UpdateFunctionConfigurationCommand({ ...probe, Environment }));
    await settled();
    const greeting = async (Qualifier?: string) => {
      const { Payload } = await lambda.send(new InvokeCommand({ ...probe, Qualifier }));
      return JSON.parse(Buffer.from(Payload ?? []).toString()).environment;
    };
    expect(await greeting()).toMatchObject({ GREETING: 'changed', AWS_LAMBDA_FUNCTION_VERSION: '$LATEST' });
    expect(await greeting(Version)).toMatchObject({
      GREETING: 'hello',
      AWS_LAMBDA_FUNCTION_VERSION: Version,
    });
  });

  it('takes a batch item that failed again, and then to the dead-letter queue', async () => {
    await send({ id: 'failing', fail: true });
    await until(async () => (await keys('job#failing#')).length === 2);
    const names = ['ApproximateNumberOfMessages'] as const;
    const QueueUrl = deployment.outputs['JobsUrl']?.replace('harness-jobs', 'harness-dead');
    await until(async () => {
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
      );
      return Attributes?.['ApproximateNumberOfMessages'] === '1';
    });
  });

  it('works on several batches of a queue at once', async () => {
    await send({ id: 'slow', waitFor: 'job#quick#1' });
    await until(async () => (await keys('job#slow#')).length === 1);
    await send({ id: 'quick' });
    await until(async () => (await keys('job#slow-done#1')).length === 1);
  });

  it('stops a function that sends to its own queue after 16 rounds, unless that is allowed', async () => {
    const QueueUrl = deployment.outputs['LoopsUrl'];
    const loop = (id: string) =>
      clients.sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id, n: 1, last: 20 }) }),
      );
    await loop('stopped');
    await until(async () => (await keys('loop#stopped#')).length === 16);
    const RecursiveLoop = 'Allow';
    await clients.lambda.send(new PutFunctionRecursionConfigCommand({ ...looper, RecursiveLoop }));
    await loop('allowed');
    await until(async () => (await keys('loop#allowed#')).length === 20);
    expect(await keys('loop#stopped#')).toHaveLength(16);
  });

  it('disables and enables an event source mapping, in passing states', async () => {
    const { lambda } = clients;
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand(worker));
    const UUID = EventSourceMappings[0]?.UUID;
    const state = async () => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State;
    const change = (Enabled: boolean) => lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    const results = await Promise.allSettled([change(false), change(false)]);
    const value = expect.objectContaining({ State: 'Disabling' });
    expect(results).toContainEqual({ status: 'fulfilled', value });
    const reason = expect.objectContaining({ name: 'ResourceInUseException' });
    expect(results).toContainEqual({ status: 'rejected', reason });
    await until(async () => (await state()) === 'Disabled');
    await send({ id: 'later' });
    expect((await change(true)).State).toBe('Enabling');
    await until(async () => (await state()) === 'Enabled');
    await until(async () => (await keys('job#later#')).length === 1);
  });

  it('keeps what is in tables and queues, versions and subscriptions through another deployment', async () => {
    const { dynamodb, lambda, sns } = clients;
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'kept' } } }));
    const again = await deploy(emulator, serviceDir, { args: ['--force'] });
    expect(await keys('kept')).toEqual(['kept']);
    expect(
      (await lambda.send(new GetFunctionCommand({ ...probe, Qualifier: '1' }))).Configuration?.Version,
    ).toBe('1');
    expect(await lambda.send(new GetFunctionCommand(worker))).toMatchObject({
      Concurrency: { ReservedConcurrentExecutions: 2 },
    });
    const topic = `arn:aws:sns:${emulator.region}:${emulator.accountId}:harness-topic`;
    await expect(sns.send(new ListTagsForResourceCommand({ ResourceArn: topic }))).resolves.toBeDefined();
    await expect(again.remove()).rejects.toThrow('protected against deletion');
    expect(await keys('kept')).toEqual(['kept']);
    const gone = new DescribeStacksCommand({ StackName: again.stack });
    await expect(clients.cloudFormation.send(gone)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
