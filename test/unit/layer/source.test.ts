import { expect, test } from '@jest/globals';
import { failureIsMadeGood } from '../../../src/layer/event/attempts.ts';
import {
  isAsynchronous,
  isBatch,
  isHttp,
  sourceOf,
  type EventSource,
} from '../../../src/layer/event/source.ts';
import { lambdaEvent } from '../../support/lambda-events.ts';

const sources: readonly (readonly [EventSource, 'http' | 'asynchronous' | 'batch'])[] = [
  ['api-gateway-v1', 'http'],
  ['api-gateway-v2', 'http'],
  ['function-url', 'http'],
  ['alb', 'http'],
  ['sqs', 'batch'],
  ['kinesis', 'batch'],
  ['dynamodb-stream', 'batch'],
  ['sns', 'asynchronous'],
  ['s3', 'asynchronous'],
  ['eventbridge', 'asynchronous'],
];

test.each(sources)('an event of %s is known by its shape, and is %s', (source, nature) => {
  const found = sourceOf(lambdaEvent(source));
  expect(found).toBe(source);
  expect([isHttp(found), isAsynchronous(found), isBatch(found)]).toEqual([
    nature === 'http',
    nature === 'asynchronous',
    nature === 'batch',
  ]);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['text', 'hello'],
  ['an empty object', {}],
  ['an empty batch', { Records: [] }],
  ['records of nobody', { Records: [{ eventSource: 'aws:ses' }] }],
  ['records that name what every object has', { Records: [{ eventSource: 'constructor' }] }],
  ['records that are no list', { Records: 'aws:sqs' }],
  ['a context alone', { requestContext: {} }],
  ['the request of an authorizer', { ...Object(lambdaEvent('api-gateway-v1')), methodArn: 'arn' }],
  [
    'the request of an authorizer of an HTTP API',
    { ...Object(lambdaEvent('api-gateway-v2')), routeArn: 'arn' },
  ],
  ['half an event', { source: 'shop', detail: {} }],
  ['inherited properties', Object.create({ Records: [{ eventSource: 'aws:sqs' }] })],
  [
    'what refuses to be looked at',
    new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('no');
        },
      },
    ),
  ],
])('%s comes from nobody that is known', (_, event) => {
  expect(sourceOf(event)).toBe('direct');
});

function received(...counts: readonly unknown[]): unknown {
  return {
    Records: counts.map((count) => ({
      eventSource: 'aws:sqs',
      attributes: { ApproximateReceiveCount: count },
    })),
  };
}

test.each<[string, unknown, boolean]>([
  ['an HTTP request', lambdaEvent('api-gateway-v2'), true],
  ['a direct call', { orderId: 1 }, true],
  ['messages that are received for the first time', lambdaEvent('sqs'), true],
  ['a message that is received again', received('1', '2'), false],
  ['a message that does not say', received('1', undefined), false],
  ['a stream, which never says', lambdaEvent('kinesis'), false],
  ['a table’s stream, which never says', lambdaEvent('dynamodb-stream'), false],
  ['a topic', lambdaEvent('sns'), false],
  ['a bucket', lambdaEvent('s3'), false],
  ['a bus', lambdaEvent('eventbridge'), false],
  ['records of a service that is not told apart', { Records: [{ eventSource: 'aws:ses' }] }, false],
  ['log events', { awslogs: { data: '' } }, false],
  ['records of Kafka', { eventSource: 'aws:kafka', records: {} }, false],
  ['a job of CodePipeline', { 'CodePipeline.job': {} }, false],
])('whether the failure of %s is made good: %#', (_, event, expected) => {
  expect(failureIsMadeGood(event, sourceOf(event))).toBe(expected);
});
