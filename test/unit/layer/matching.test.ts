import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matcherOf, stickyValue, type Condition } from '../../../src/layer/event/matching.ts';
import { pathOf } from '../../../src/layer/event/path.ts';
import { EventReader } from '../../../src/layer/event/read.ts';
import { lambdaEvent } from '../../support/lambda-events.ts';

function matches(event: unknown, ...conditions: readonly Condition[]): boolean {
  return matcherOf(conditions)(new EventReader(event));
}

const order = {
  kind: 'order',
  amount: 50,
  price: '12.50',
  gift: true,
  note: null,
  lines: [{ sku: 'a' }, { sku: 'b' }],
};

test.each<[Condition, boolean]>([
  [{ path: 'kind', equals: 'order' }, true],
  [{ path: 'kind', equals: 'Order' }, false],
  [{ path: 'amount', equals: 50 }, true],
  [{ path: 'amount', equals: '50' }, false],
  [{ path: 'gift', equals: true }, true],
  [{ path: 'note', equals: null }, true],
  [{ path: 'missing', equals: null }, false],
  [{ path: 'kind', prefix: 'ord' }, true],
  [{ path: 'amount', prefix: '5' }, false],
  [{ path: 'kind', exists: true }, true],
  [{ path: 'note', exists: true }, true],
  [{ path: 'missing', exists: true }, false],
  [{ path: 'missing', exists: false }, true],
  [{ path: 'kind', exists: false }, false],
  [{ path: 'kind', oneOf: ['refund', 'order'] }, true],
  [{ path: 'kind', oneOf: ['refund'] }, false],
  [{ path: 'note', oneOf: [null] }, true],
  [{ path: 'amount', atLeast: 50 }, true],
  [{ path: 'amount', above: 50 }, false],
  [{ path: 'amount', atMost: 50 }, true],
  [{ path: 'amount', below: 50 }, false],
  [{ path: 'amount', atLeast: 10, below: 60 }, true],
  [{ path: 'amount', atLeast: 10, below: 50 }, false],
  [{ path: 'price', above: 12, below: 13 }, true],
  [{ path: 'kind', atLeast: 0 }, false],
  [{ path: 'gift', atLeast: 0 }, false],
  [{ path: 'note', atMost: 0 }, false],
  [{ path: 'missing', atMost: 0 }, false],
  [{ path: 'lines[*].sku', equals: 'b' }, true],
  [{ path: 'lines[*].sku', equals: 'c' }, false],
  [{ path: 'lines[0].sku', equals: 'b' }, false],
  [{ path: 'kind', prefix: 'ord', oneOf: ['order', 'refund'] }, true],
  [{ path: 'kind', prefix: 'ord', equals: 'refund' }, false],
])('of an order %j is %p', (condition, expected) => {
  expect(matches(order, condition)).toBe(expected);
});

test.each<[string, Condition]>([
  ['api-gateway-v1', { path: 'headers.x-canary', equals: 'yes' }],
  ['api-gateway-v1', { path: 'body.customer.id', equals: 'c-1' }],
  ['api-gateway-v1', { path: 'requestContext.identity.sourceIp', prefix: '192.0.2.' }],
  ['api-gateway-v2', { path: 'body.total', atLeast: 250 }],
  ['api-gateway-v2', { path: 'requestContext.http.method', oneOf: ['POST', 'PUT'] }],
  ['api-gateway-v2', { path: 'queryStringParameters.limit', atMost: 10 }],
  ['alb', { path: 'headers.x-forwarded-proto', equals: 'http' }],
  ['sqs', { path: 'Records[*].body.type', equals: 'refund' }],
  ['sqs', { path: 'Records[*].body.amount', above: 99 }],
  ['kinesis', { path: 'Records[*].kinesis.data.type', equals: 'order' }],
  ['kinesis', { path: 'Records[0].kinesis.data', prefix: 'Hello' }],
  ['dynamodb-stream', { path: 'Records[*].dynamodb.NewImage.Id.N', atLeast: 101 }],
  ['sns', { path: 'Records[0].Sns.Message.amount', equals: 99.5 }],
  ['s3', { path: 'Records[*].s3.object.key', prefix: 'Happy' }],
  ['eventbridge', { path: 'detail.state', equals: 'terminated' }],
  ['eventbridge', { path: 'detail-type', prefix: 'EC2' }],
])('an event of %s is matched by %j', (source, condition) => {
  expect(matches(lambdaEvent(source), condition)).toBe(true);
});

test('all conditions must hold, each for a record of its own', () => {
  const event = { Records: [{ a: 1 }, { b: 2 }] };
  expect(matches(event, { path: 'Records[*].a', equals: 1 }, { path: 'Records[*].b', equals: 2 })).toBe(true);
  expect(matches(event, { path: 'Records[*].a', equals: 1 }, { path: 'Records[*].b', equals: 1 })).toBe(
    false,
  );
});

test('a range is met exactly by the numbers in it, as number or as text', () => {
  const bound = fc.option(fc.integer({ min: -20, max: 20 }), { nil: undefined });
  fc.assert(
    fc.property(fc.integer({ min: -25, max: 25 }), bound, bound, (amount, atLeast, below) => {
      const range = {
        ...(atLeast === undefined ? {} : { atLeast }),
        ...(below === undefined ? {} : { below }),
      };
      fc.pre(Object.keys(range).length > 0);
      const expected =
        (atLeast === undefined || amount >= atLeast) && (below === undefined || amount < below);
      expect(matches({ amount }, { path: 'amount', ...range })).toBe(expected);
      expect(matches({ amount: String(amount) }, { path: 'amount', ...range })).toBe(expected);
    }),
  );
});

test('what exists and what does not are opposites, whatever the event', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (event) => {
      const there = matches(event, { path: 'a[*].b', exists: true });
      expect(matches(event, { path: 'a[*].b', exists: false })).toBe(!there);
    }),
  );
});

test.each<[string, unknown, string | undefined]>([
  ['text', { user: 'u-1' }, 'u-1'],
  ['a number', { user: 17 }, '17'],
  ['a truth value', { user: false }, 'false'],
  ['nothing', {}, undefined],
  ['an empty text', { user: '' }, undefined],
  ['null', { user: null }, undefined],
  ['an object', { user: {} }, undefined],
])('an invocation sticks by %s', (_, event, expected) => {
  expect(stickyValue(new EventReader(event), pathOf('user'))).toBe(expected);
});

test('of several values none is the one to stick by', () => {
  const event = new EventReader({ Records: [{ user: 'a' }, { user: 'b' }] });
  expect(stickyValue(event, pathOf('Records[*].user'))).toBeUndefined();
  expect(stickyValue(event, pathOf('Records[0].user'))).toBe('a');
});
