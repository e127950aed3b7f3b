import type { DependencyErrorFault } from '../../src/generated/types.ts';
import { operationsOf } from '../../src/layer/aws/operations.ts';
import { isKnownService, resourceFacts, type KnownService } from '../../src/layer/aws/resources.ts';

import { addressedByBody, addressedByHead, operationOf } from '../../src/layer/calls/address.ts';
import type { OutboundCall } from '../../src/layer/calls/call.ts';
import { sameResource } from '../../src/layer/calls/resource.ts';
import { membersOf, operationsIn, sentFor, type SeenCall } from './support/every-operation.ts';

const services = Object.keys(resourceFacts).filter(isKnownService);
/** They are signed for services of their own. */
const elsewhere = new Set(['ListDirectoryBuckets', 'WriteGetObjectResponse']);

function operationsThat(service: KnownService, nameResource: boolean): string[] {
  const known = operationsOf(service);
  return operationsIn(service).filter(
    (operation) => !elsewhere.has(operation) && (!nameResource || known.get(operation) === true),
  );
}

/** Whether a fault means a call, as the layer decides it. */
function isMeant(seen: SeenCall, address: Omit<Partial<DependencyErrorFault>, 'kind'>): boolean {
  const fault: DependencyErrorFault = {
    kind: 'dependency.error',
    target: 'checkout',
    error: 'throttle',
    ...address,
  };
  const byHead = addressedByHead(fault, seen.call);
  return byHead === 'body' ? addressedByBody(fault, seen.call, seen.body) : byHead === 'yes';
}

function withPath(call: OutboundCall, path: string): OutboundCall {
  return { ...call, path };
}

describe.each(services)('every operation of %s', (service) => {
  it('is recognised in what the real client sends', async () => {
    const wrong: string[] = [];
    for (const operation of operationsThat(service, false)) {
      const seen = await sentFor(service, operation);
      const other = operation === 'Other' ? 'Another' : 'Other';
      const found = operationOf(seen.call, seen.body);
      const right =
        found === operation &&
        isMeant(seen, { service }) &&
        isMeant(seen, { service, operations: [other, operation] }) &&
        !isMeant(seen, { service, operations: [other] }) &&
        !isMeant(seen, { service: 'logs' });
      if (!right) wrong.push(`${operation}: ${found} in ${seen.call.method} ${seen.call.path}`);
    }
    expect(wrong).toEqual([]);
    expect([...operationsOf(service).keys()].sort()).toEqual(operationsThat(service, false).sort());
  });
});

it('operations of S3 are recognised where the client does not say them in x-id', async () => {
  const wrong: string[] = [];
  for (const operation of operationsThat('s3', false)) {
    const { call, body } = await sentFor('s3', operation);
    const path = call.path.replace(/([?&])x-id=\w+&?/, '$1').replace(/[?&]$/, '');
    const found = operationOf(withPath(call, path), body);
    if (found !== operation) wrong.push(`${operation}: ${found} in ${call.method} ${path}`);
  }
  expect(wrong).toEqual([]);
});

describe('the bucket', () => {
  const own = 'https://s3.eu-west-1.amazonaws.com';
  it.each([
    ['in the path', { forcePathStyle: true }],
    ['in the host name', { endpoint: own, forcePathStyle: false }],
    ['in the path of an AWS endpoint', { endpoint: own, forcePathStyle: true }],
    [
      'in the host name, dual-stack',
      { endpoint: undefined, forcePathStyle: false, useDualstackEndpoint: true },
    ],
    ['in the host name, FIPS', { endpoint: undefined, forcePathStyle: false, useFipsEndpoint: true }],
    [
      'in the host name, accelerated',
      { endpoint: undefined, forcePathStyle: false, useAccelerateEndpoint: true },
    ],
    ['in the host name of an emulator', { endpoint: 'http://localhost:9', forcePathStyle: false }],
  ])('%s', async (_, options) => {
    for (const operation of ['GetObject', 'PutObject', 'ListObjectsV2', 'HeadBucket', 'DeleteObjects']) {
      const given = { Bucket: 'my-orders', Key: 'a/b c.json' };
      const seen = await sentFor('s3', operation, given, options);
      expect({ operation, found: operationOf(seen.call, seen.body) }).toEqual({
        operation,
        found: operation,
      });
      expect(isMeant(seen, { service: 's3', resource: 'my-orders' })).toBe(true);
      expect(isMeant(seen, { service: 's3', resource: 'arn:aws:s3:::my-orders' })).toBe(true);
      expect(isMeant(seen, { service: 's3', resource: 'orders' })).toBe(false);
    }
  });
});

const place = 'eu-west-1:123456789012';
/** What names the resource "orders" in a member of a request, and its ARN. */
const named: {
  readonly [S in KnownService]: { readonly members: Record<string, unknown>; readonly arn: string };
} = {
  dynamodb: { members: { TableName: 'orders' }, arn: `arn:aws:dynamodb:${place}:table/orders` },
  lambda: { members: { FunctionName: 'orders' }, arn: `arn:aws:lambda:${place}:function:orders` },
  s3: { members: { Bucket: 'orders' }, arn: 'arn:aws:s3:::orders' },
  sqs: {
    members: {
      QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
      QueueName: 'orders',
      SourceArn: `arn:aws:sqs:${place}:orders`,
    },
    arn: `arn:aws:sqs:${place}:orders`,
  },
  sns: {
    members: {
      TopicArn: `arn:aws:sns:${place}:orders`,
      TargetArn: `arn:aws:sns:${place}:orders`,
      SubscriptionArn: `arn:aws:sns:${place}:orders:11111111-2222-3333-4444-555555555555`,
      ResourceArn: `arn:aws:sns:${place}:orders`,
    },
    arn: `arn:aws:sns:${place}:orders`,
  },
  events: {
    members: { EventBusName: 'orders' },
    arn: `arn:aws:events:${place}:event-bus/orders`,
  },
  states: {
    members: {
      stateMachineArn: `arn:aws:states:${place}:stateMachine:orders`,
      executionArn: `arn:aws:states:${place}:execution:orders:run-1`,
      mapRunArn: `arn:aws:states:${place}:mapRun:orders/label:run-1`,
    },
    arn: `arn:aws:states:${place}:stateMachine:orders`,
  },
  secretsmanager: {
    members: { SecretId: 'orders', SecretIdList: ['stock', 'orders'] },
    arn: `arn:aws:secretsmanager:${place}:secret:orders-AbCdEf`,
  },
  ssm: {
    members: { Name: '/orders', Names: ['stock', '/orders:3'] },
    arn: `arn:aws:ssm:${place}:parameter/orders`,
  },
  kinesis: {
    members: {
      StreamName: 'orders',
      StreamARN: `arn:aws:kinesis:${place}:stream/orders`,
      ConsumerARN: `arn:aws:kinesis:${place}:stream/orders/consumer/billing:1`,
    },
    arn: `arn:aws:kinesis:${place}:stream/orders`,
  },
  kms: {
    members: {
      KeyId: 'alias/orders',
      SourceKeyId: 'alias/orders',
      DestinationKeyId: 'alias/orders',
      TargetKeyId: 'alias/orders',
    },
    arn: `arn:aws:kms:${place}:alias/orders`,
  },
};

const plain: Partial<Record<KnownService, string>> = { kms: 'alias/orders', ssm: 'orders' };

/** Operations whose requests name their resources deeper down. */
const deeper: Readonly<Record<string, Record<string, unknown>>> = {
  BatchGetItem: { RequestItems: { stock: { Keys: [{}] }, orders: { Keys: [{}] } } },
  BatchWriteItem: { RequestItems: { stock: [{}], orders: [{}] } },
  TransactGetItems: {
    TransactItems: [{ Get: { TableName: 'stock', Key: {} } }, { Get: { TableName: 'orders', Key: {} } }],
  },
  TransactWriteItems: {
    TransactItems: [{ Put: { TableName: 'stock', Item: {} } }, { Delete: { TableName: 'orders', Key: {} } }],
  },
  CreateEventBus: { Name: 'orders' },
  DeleteEventBus: { Name: 'orders' },
  DescribeEventBus: { Name: 'orders' },
  UpdateEventBus: { Name: 'orders' },
  PutEvents: { Entries: [{ Detail: '{}' }, { Detail: '{}', EventBusName: 'orders' }] },
};

describe.each(services)('the %s resource that a call names', (service) => {
  const { members, arn } = named[service];
  const name = plain[service] ?? 'orders';
  it('is recognised by name and by ARN, in every operation that can name one', async () => {
    const wrong: string[] = [];
    for (const operation of operationsThat(service, true)) {
      if (operation === 'GetParametersByPath') continue; // below
      const member = membersOf(service, operation).find((one) => Object.hasOwn(members, one));
      const given = deeper[operation] ?? (member === undefined ? {} : { [member]: members[member] });
      const seen = await sentFor(service, operation, given);
      const right =
        isMeant(seen, { service, resource: name }) &&
        isMeant(seen, { service, resource: arn }) &&
        isMeant(seen, { service, resource: name, operations: [operation] }) &&
        !isMeant(seen, { service, resource: name, operations: ['Other'] }) &&
        !isMeant(seen, { service, resource: arn.replace('orders', 'prices') }) &&
        !isMeant(seen, { service, resource: name.replace('orders', 'prices') });
      if (!right) wrong.push(`${operation} ${member} ${seen.call.path} ${seen.body}`);
    }
    expect(wrong).toEqual([]);
  });
});

it('parameters are recognised by the path that is asked for', async () => {
  const seen = await sentFor('ssm', 'GetParametersByPath', { Path: '/shop' });
  const hit = (resource: string): boolean => isMeant(seen, { service: 'ssm', resource });
  expect(['/shop/orders', 'shop/orders', `arn:aws:ssm:${place}:parameter/shop/orders`].map(hit)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['/shopping', '/shop', '/orders'].map(hit)).toEqual([false, false, false]);
});

it('a call that names no bus means the default one', async () => {
  const put = await sentFor('events', 'PutEvents', { Entries: [{ Detail: '{}' }] });
  const rule = await sentFor('events', 'PutRule', { Name: 'nightly' });
  const archives = await sentFor('events', 'ListArchives');
  const hits = (resource: string): boolean[] =>
    [put, rule, archives].map((seen) => isMeant(seen, { service: 'events', resource }));
  expect(hits('default')).toEqual([true, true, false]);
  expect(hits('nightly')).toEqual([false, false, false]);
});

describe('names that mean the same', () => {
  const queue = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';
  const same: [KnownService, string, string][] = [
    ['dynamodb', `arn:aws:dynamodb:${place}:table/orders/index/by-day`, 'orders'],
    ['lambda', 'orders:live', 'orders'],
    ['lambda', '123456789012:function:orders', 'orders'],
    ['lambda', `arn:aws:lambda:${place}:function:orders:live`, `arn:aws:lambda:${place}:function:orders`],
    ['sqs', queue, `arn:aws:sqs:${place}:orders`],
    ['sqs', queue, 'http://localhost:4566/123456789012/orders'],
    ['secretsmanager', `arn:aws:secretsmanager:${place}:secret:orders-AbCdEf`, 'orders'],
    ['kms', `arn:aws:kms:${place}:key/1234abcd`, '1234abcd'],
    ['states', `arn:aws:states:${place}:stateMachine:orders:3`, 'orders'],
  ];
  it.each(same)('%s: %s and %s', (service, a, b) => {
    expect([sameResource(service, a, b), sameResource(service, b, a)]).toEqual([true, true]);
  });

  const different: [KnownService, string, string][] = [
    [
      'dynamodb',
      `arn:aws:dynamodb:${place}:table/orders`,
      'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
    ],
    ['sqs', queue, 'arn:aws:sqs:eu-west-1:999999999999:orders'],
    ['sqs', queue, 'arn:aws:sqs:eu-central-1:123456789012:orders'],
    ['sqs', 'orders', `arn:aws:sns:${place}:orders`],
    ['secretsmanager', 'orders-AbCdEf', 'orders'],
    ['secretsmanager', `arn:aws:secretsmanager:${place}:secret:orders-AbCdEf`, 'order'],
    ['kms', 'alias/orders', 'orders'],
    ['s3', 'Orders', 'orders'],
  ];
  it.each(different)('%s: %s and %s do not', (service, a, b) => {
    expect([sameResource(service, a, b), sameResource(service, b, a)]).toEqual([false, false]);
  });
});
