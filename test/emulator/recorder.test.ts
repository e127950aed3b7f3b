import fc from 'fast-check';
import { expect, it } from '@jest/globals';
import { describe as describeCall, errorCodeOf, type RecordedCall } from './harness/recorder/call.ts';
import { findOperation, operationsOfService } from './harness/recorder/operations.ts';
import { Rules } from './harness/recorder/rules.ts';

const services = ['lambda', 'scheduler', 'route53', 'apigateway', 's3'];

const call = (more: Partial<RecordedCall> = {}): RecordedCall => ({
  id: 1,
  at: 0,
  principal: 'tick',
  service: 'dynamodb',
  action: 'PutItem',
  method: 'POST',
  path: '/',
  query: {},
  input: {},
  status: undefined,
  errorCode: undefined,
  ...more,
});

const signed = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIAX/20270101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=x`;

it.each(services)('finds every operation of %s again in a request that the SDK would send', (service) => {
  for (const { action, method, segments, query } of operationsOfService(service)) {
    const path = `/${segments.map((segment) => (segment.startsWith('{') ? 'a%20value' : segment)).join('/')}`;
    const parameters = Object.fromEntries(query.map(([name, value]) => [name, value === '' ? 'any' : value]));
    const found = findOperation(service, method, path, parameters)?.action;
    const same = operationsOfService(service).filter(
      (other) =>
        other.method === method &&
        String(other.segments) === String(segments) &&
        String(other.query) === String(query),
    );
    // S3 tells a few apart by a header alone, and API Gateway lists some paths twice.
    expect(same.map((other) => other.action)).toContain(found);
    if (same.length === 1) expect(found).toBe(action);
  }
});

it.each([
  [
    'lambda',
    'PUT',
    '/2017-10-31/functions/shop/concurrency',
    {},
    'PutFunctionConcurrency',
    { FunctionName: 'shop' },
  ],
  ['lambda', 'GET', '/2015-03-31/functions/shop', {}, 'GetFunction', { FunctionName: 'shop' }],
  ['lambda', 'GET', '/2015-03-31/functions/', {}, 'ListFunctions', {}],
  ['scheduler', 'POST', '/schedules/run-1', {}, 'CreateSchedule', { Name: 'run-1' }],
  ['route53', 'POST', '/2013-04-01/healthcheck/abc', {}, 'UpdateHealthCheck', { HealthCheckId: 'abc' }],
  ['apigateway', 'PATCH', '/restapis/a/stages/dev', {}, 'UpdateStage', { restApiId: 'a', stageName: 'dev' }],
  ['apigateway', 'PATCH', '/v2/apis/a/stages/dev', {}, 'UpdateStage', { ApiId: 'a', StageName: 'dev' }],
  ['s3', 'PUT', '/bucket', { policy: '' }, 'PutBucketPolicy', { Bucket: 'bucket' }],
  ['s3', 'GET', '/bucket/', { 'list-type': '2' }, 'ListObjectsV2', { Bucket: 'bucket' }],
  [
    's3',
    'GET',
    '/bucket/a/b.txt',
    { 'x-id': 'GetObject' },
    'GetObject',
    { Bucket: 'bucket', Key: 'a/b.txt' },
  ],
] as const)('reads %s %s %s', (service, method, path, query, action, labels) => {
  expect(findOperation(service, method, path, query)).toEqual({ action, labels });
});

it('finds nothing where the service has no such path', () => {
  expect(findOperation('lambda', 'GET', '/nowhere', {})).toBeUndefined();
  expect(findOperation('dynamodb', 'POST', '/', {})).toBeUndefined();
});

it.each([
  [
    'JSON',
    { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
    '{"TableName":"t"}',
    'GetItem',
    { TableName: 't' },
  ],
  [
    'forms',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Action=PutRolePolicy&Version=2010-05-08&RoleName=r',
    'PutRolePolicy',
    { Version: '2010-05-08', RoleName: 'r' },
  ],
] as const)('reads operation and input of %s', (_, headers, body, action, input) => {
  const request = {
    method: 'POST',
    url: '/',
    headers: { ...headers, authorization: signed('any') },
    body: Buffer.from(body),
  };
  expect(describeCall(request)).toMatchObject({ accessKeyId: 'AKIAX', service: 'any', action, input });
});

it('knows the caller of a presigned URL', () => {
  const url =
    '/bucket/key?X-Amz-Credential=AKIAY%2F20270101%2Feu-central-1%2Fs3%2Faws4_request&x-id=GetObject';
  expect(describeCall({ method: 'GET', url, headers: {}, body: Buffer.alloc(0) })).toMatchObject({
    accessKeyId: 'AKIAY',
    service: 's3',
    action: 'GetObject',
  });
});

it.each([
  [400, { 'x-amzn-errortype': 'ValidationException:http://internal' }, '{}', 'ValidationException'],
  [400, {}, '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}', 'ThrottlingException'],
  [404, {}, '<Error><Code>NoSuchBucket</Code></Error>', 'NoSuchBucket'],
  [500, {}, 'oops', undefined],
  [200, {}, '{"__type":"NoError"}', undefined],
])('reads the code of an error with status %d', (status, headers, body, code) => {
  expect(errorCodeOf(status, headers, Buffer.from(body))).toBe(code);
});

it('takes exactly the calls that a rule names, after those that it lets pass', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          principal: fc.constantFrom('tick', 'sweep'),
          action: fc.constantFrom('PutItem', 'GetItem'),
        }),
      ),
      fc.nat({ max: 3 }),
      fc.nat({ max: 3 }),
      (calls, skip, times) => {
        const rules = new Rules();
        const rule = rules.add({
          principal: 'tick',
          action: 'PutItem',
          skip,
          times,
          do: { kind: 'throttle' },
        });
        const fitting = calls.filter(({ principal, action }) => principal === 'tick' && action === 'PutItem');
        const taken = calls.filter((one) => rules.take(call(one)) !== undefined);
        expect(taken).toEqual(fitting.slice(skip, skip + times));
        expect(rule.taken).toBe(taken.length);
      },
    ),
  );
});

it('lets the first rule that fits take a call, and none that was removed', () => {
  const rules = new Rules();
  const first = rules.add({ do: { kind: 'hang' }, times: Infinity });
  rules.add({ where: ({ input }) => input['x'] === 1, do: { kind: 'throttle' } });
  expect(rules.take(call({ input: { x: 1 } }))?.kind).toBe('hang');
  first.remove();
  expect(rules.take(call({ input: { x: 2 } }))).toBeUndefined();
  expect(rules.take(call({ input: { x: 1 } }))?.kind).toBe('throttle');
});
