import type { TargetType } from '../../../src/core/facts.ts';
import { targetResolvers } from '../../../src/targets/index.ts';
import type { ResolvedTarget, Target } from '../../../src/targets/module.ts';
import { targetPermissions } from '../../../src/targets/permissions.ts';
import { FakeApiGateway } from '../../support/aws/fake-api-gateway.ts';
import { FakeAws, fakeAccount, fakeRegion } from '../../support/aws/fake-aws.ts';
import { FakeDynamoDb } from '../../support/aws/fake-dynamodb.ts';
import { FakeEventBridge } from '../../support/aws/fake-eventbridge.ts';
import { FakeFis } from '../../support/aws/fake-fis.ts';
import { FakeLambda } from '../../support/aws/fake-lambda.ts';
import { FakeRoute53 } from '../../support/aws/fake-route53.ts';
import { FakeS3 } from '../../support/aws/fake-s3.ts';
import { FakeSns } from '../../support/aws/fake-sns.ts';
import { FakeSqs } from '../../support/aws/fake-sqs.ts';
import { iamActionOf } from '../../support/aws/iam-actions.ts';

const lambda = new FakeLambda();
const sqs = new FakeSqs();
const sns = new FakeSns();
const s3 = new FakeS3();
const eventBridge = new FakeEventBridge();
const dynamoDb = new FakeDynamoDb();
const gateway = new FakeApiGateway();
const route53 = new FakeRoute53();
const fis = new FakeFis();
const aws = new FakeAws({
  Lambda: lambda.service,
  SQS: sqs.service,
  SNS: sns.service,
  S3: s3.service,
  EventBridge: eventBridge.service,
  DynamoDB: dynamoDb.service,
  APIGateway: gateway.rest,
  ApiGatewayV2: gateway.http,
  Route53: route53.service,
  Fis: fis.service,
});
const actions = new Set<string>();

const functionArn = lambda.addFunction('shop-dev-checkout', { policy: '{"Service":"sns.amazonaws.com"}' });
const { url, arn: queueArn } = sqs.addQueue('orders');
const topicArn = sns.addTopic('paid');
s3.addBucket('images');
s3.addBucket('untagged', { tags: undefined });
s3.addBucket('ireland', { location: 'EU' });
s3.addBucket('virginia', { location: undefined });
s3.addBucket('theirs', { owner: '999999999999' });
const ruleArn = eventBridge.addRule('nightly');
const busRuleArn = eventBridge.addRule('paid', 'shop/bus');
const streamArn = `arn:aws:dynamodb:${fakeRegion}:${fakeAccount}:table/orders/stream/2026-01-01T00:00:00.000`;
const mapping = (id: string, EventSourceArn: string): string =>
  lambda.addMapping(id, { EventSourceArn, FunctionArn: functionArn });
const queueMappingArn = mapping('id-queue', queueArn.replace('orders', 'jobs'));
const streamMappingArn = mapping('id-stream', streamArn);
mapping('id-twice-1', queueArn.replace('orders', 'twice'));
const secondArn = mapping('id-twice-2', queueArn.replace('orders', 'twice'));

const tableArn = dynamoDb.add('orders', {});
// Its tags come in pages of ten.
dynamoDb
  .table('orders')
  .tags.unshift(...Array.from({ length: 12 }, (_, n) => ({ Key: `k${n}`, Value: 'v' })));
gateway.restStages.set('rest/prod', { stageName: 'prod', tags: { inoculate: 'allow' } });
gateway.httpStages.set('http/$default', { StageName: '$default', Tags: { inoculate: 'allow' } });
const gatewayArn = `arn:aws:apigateway:${fakeRegion}::`;
route53.add('check');
fis.add('EXT1');

async function resolve(
  type: TargetType,
  target: Target,
  withBatches = false,
): Promise<ResolvedTarget | null> {
  const clients = aws.clients();
  const signal = new AbortController().signal;
  const place = { region: fakeRegion, account: fakeAccount, partition: 'aws', stage: 'dev' };
  try {
    const resolver = await targetResolvers[type]?.();
    if (resolver === undefined) throw new Error(`No resolver of ${type}`);
    return await resolver.resolve(target, { aws: clients, signal, withBatches, ...place });
  } finally {
    for (const { service, action } of clients.calls) actions.add(`${service}:${action}`);
    clients.destroy();
  }
}

const tags = { inoculate: 'allow' };

describe('targets', () => {
  it.each<[string, TargetType, Target, object]>([
    [
      'a function by name',
      'function',
      { lambda: 'shop-dev-checkout' },
      { id: 'shop-dev-checkout', arn: functionArn },
    ],
    ['a function by ARN', 'function', { lambda: functionArn }, { id: 'shop-dev-checkout' }],
    ['a function of a service', 'function', { service: 'shop', function: 'checkout' }, { arn: functionArn }],
    ['a queue by name', 'queue', { queue: 'orders' }, { id: url, arn: queueArn }],
    ['a queue by ARN', 'queue', { queue: queueArn }, { id: url, arn: queueArn }],
    ['a queue by URL', 'queue', { queue: url }, { id: url, arn: queueArn }],
    ['a topic by name', 'topic', { topic: 'paid' }, { id: 'paid', arn: topicArn }],
    ['a topic by ARN', 'topic', { topic: topicArn }, { id: 'paid', arn: topicArn }],
    ['a bucket', 'bucket', { bucket: 'images' }, { id: 'images', arn: 'arn:aws:s3:::images' }],
    ['a rule', 'rule', { rule: 'nightly' }, { id: 'nightly', arn: ruleArn }],
    ['a rule of a bus', 'rule', { rule: 'paid', bus: 'shop/bus' }, { id: 'shop/bus/paid', arn: busRuleArn }],
    [
      'a mapping by queue',
      'event-source',
      { eventSource: 'jobs', consumer: 'shop-dev-checkout' },
      { id: 'id-queue', arn: queueMappingArn },
    ],
    [
      'a mapping by table',
      'event-source',
      { eventSource: 'orders', consumer: functionArn },
      { id: 'id-stream', arn: streamMappingArn },
    ],
    [
      'a mapping by the ARN of its source',
      'event-source',
      { eventSource: streamArn, consumer: 'shop-dev-checkout' },
      { id: 'id-stream' },
    ],
    [
      'a mapping by UUID',
      'event-source',
      { eventSource: 'id-twice-2', consumer: 'shop-dev-checkout' },
      { arn: secondArn },
    ],
    ['a table by name', 'table', { table: 'orders' }, { id: 'orders', arn: tableArn }],
    ['a table by ARN', 'table', { table: tableArn }, { id: 'orders', arn: tableArn }],
    [
      'a stage of a REST API',
      'api-stage',
      { api: 'rest', apiStage: 'prod' },
      { id: 'rest/stages/prod', arn: `${gatewayArn}/restapis/rest/stages/prod` },
    ],
    [
      'a stage of an HTTP API',
      'api-stage',
      { api: 'http', apiStage: '$default' },
      { id: 'http/stages/$default', arn: `${gatewayArn}/apis/http/stages/$default` },
    ],
    [
      'a health check',
      'health-check',
      { healthCheck: 'check' },
      { arn: 'arn:aws:route53:::healthcheck/check' },
    ],
    [
      'a FIS template',
      'fis-template',
      { fisTemplate: 'EXT1' },
      { arn: `arn:aws:fis:${fakeRegion}:${fakeAccount}:experiment-template/EXT1` },
    ],
  ])('%s is found, with its tags', async (_what, type, target, expected) => {
    expect(await resolve(type, target)).toMatchObject({ tags, ...expected });
  });

  it.each<[TargetType, Target]>([
    ['function', { lambda: 'nobody' }],
    ['queue', { queue: 'nobody' }],
    ['topic', { topic: 'nobody' }],
    ['bucket', { bucket: 'nobody' }],
    ['rule', { rule: 'nobody' }],
    ['rule', { rule: 'paid' }],
    ['event-source', { eventSource: 'nobody', consumer: 'shop-dev-checkout' }],
    ['event-source', { eventSource: 'jobs', consumer: 'nobody' }],
    ['table', { table: 'nobody' }],
    ['api-stage', { api: 'rest', apiStage: 'nobody' }],
    ['api-stage', { api: 'nobody', apiStage: 'prod' }],
    ['health-check', { healthCheck: 'nobody' }],
    ['fis-template', { fisTemplate: 'nobody' }],
  ])('what does not exist is not found: %s %j', async (type, target) => {
    expect(await resolve(type, target)).toBeNull();
  });

  it.each<[TargetType, Target]>([
    ['function', { lambda: 'arn:aws:lambda:eu-central-1:999999999999:function:shop-dev-checkout' }],
    ['queue', { queue: 'arn:aws:sqs:us-east-1:123456789012:orders' }],
    ['topic', { topic: 'arn:aws:sns:eu-central-1:999999999999:paid' }],
    ['bucket', { bucket: 'ireland' }],
    ['bucket', { bucket: 'virginia' }],
    ['table', { table: 'arn:aws:dynamodb:eu-central-1:999999999999:table/orders' }],
    ['event-source', { eventSource: 'jobs', consumer: functionArn.replace(fakeRegion, 'us-east-1') }],
  ])('what is in another account or Region is not looked for here: %s %j', async (type, target) => {
    const found = await resolve(type, target);
    expect(found?.arn).toContain('arn:aws:');
    expect(found?.tags).toEqual({});
  });

  it('a function tells whether several invocations may share a process of it', async () => {
    const CapacityProviderArn = 'arn:aws:lambda:eu-west-1:1:capacity-provider:ours';
    const CapacityProviderConfig = { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn } };
    lambda.addFunction('shop-dev-managed', { configuration: { CapacityProviderConfig } });
    const shares = async (name: string): Promise<unknown> =>
      (await resolve('function', { lambda: name }))?.function?.sharesProcess;
    expect(await shares('shop-dev-managed')).toBe(true);
    expect(await shares('shop-dev-checkout')).toBe(false);
  });

  it('a function tells what hands it batches, and whether AWS reads which records failed, where that is asked', async () => {
    const arn = lambda.addFunction('shop-dev-worker');
    const source = (EventSourceArn: string, ...FunctionResponseTypes: 'ReportBatchItemFailures'[]): void =>
      void lambda.addMapping(EventSourceArn, { EventSourceArn, FunctionArn: arn, FunctionResponseTypes });
    source('arn:aws:sqs:eu-west-1:1:jobs.fifo', 'ReportBatchItemFailures');
    source('arn:aws:kinesis:eu-west-1:1:stream/clicks');
    source('arn:aws:kafka:eu-west-1:1:cluster/k/1');
    const target = { lambda: 'shop-dev-worker' };
    expect((await resolve('function', target, true))?.function?.batches).toEqual([
      { name: 'jobs.fifo', reportsItemFailures: true },
      { name: 'clicks', reportsItemFailures: false },
    ]);
    expect((await resolve('function', target))?.function).not.toHaveProperty('batches');
  });

  it('an event source that two mappings read must be named by one of their UUIDs', async () => {
    const resolving = resolve('event-source', { eventSource: 'twice', consumer: 'shop-dev-checkout' });
    await expect(resolving).rejects.toThrow('id-twice-1, id-twice-2');
  });

  it('a bucket of another Region is told by an ARN that names it', async () => {
    expect((await resolve('bucket', { bucket: 'ireland' }))?.arn).toBe('arn:aws:s3:eu-west-1::ireland');
    expect((await resolve('bucket', { bucket: 'virginia' }))?.arn).toBe('arn:aws:s3:us-east-1::virginia');
  });

  it('a bucket without tags has none, and one of another account is not looked into', async () => {
    expect((await resolve('bucket', { bucket: 'untagged' }))?.tags).toEqual({});
    await expect(resolve('bucket', { bucket: 'theirs' })).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('are found by calls that their permissions name', () => {
    const called = [...actions].map((call) => {
      const [service = '', action = ''] = call.split(':');
      return iamActionOf({ service, action, input: {} });
    });
    const allowed = Object.values(targetPermissions).flatMap((facts) => facts.flatMap((one) => one.actions));
    expect(called.filter((action) => !allowed.includes(action))).toEqual([]);
    expect(called).toContain('sqs:ListQueueTags');
  });
});
