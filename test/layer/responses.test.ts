import type { InFunctionFault } from '../../src/generated/types.ts';
import { lambdaEvent } from '../support/lambda-events.ts';
import { controlled, faulted, fired, Rig } from './support/rig.ts';
import { nodeVersions } from './support/sandbox.ts';
import { eventually } from './support/store.ts';

const rig = new Rig();
beforeAll(() => rig.build());
afterEach(() => rig.stop());
afterAll(() => rig.remove());

const target = 'checkout';
const unavailable = {
  kind: 'invocation.response',
  target,
  status: 503,
  headers: { 'retry-after': '5', 'Set-Cookie': ['a=1', 'b=2'], vary: ['accept', 'origin'] },
  body: '{"message":"later"}',
} as const satisfies InFunctionFault;

const common = { statusCode: 503, body: '{"message":"later"}', isBase64Encoded: false };
const json = { 'content-type': 'application/json' };
const withCookies = {
  ...common,
  headers: { 'retry-after': '5', vary: 'accept, origin', ...json },
  cookies: ['a=1', 'b=2'],
};
const shapes: readonly [source: string, event: unknown, answer: object][] = [
  [
    'api-gateway-v1',
    lambdaEvent('api-gateway-v1'),
    {
      ...common,
      headers: { 'retry-after': '5', ...json },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], vary: ['accept', 'origin'] },
    },
  ],
  ['api-gateway-v2', lambdaEvent('api-gateway-v2'), withCookies],
  ['function-url', lambdaEvent('function-url'), withCookies],
  [
    'alb',
    withoutMultiValues(lambdaEvent('alb')),
    {
      ...common,
      statusDescription: '503 Service Unavailable',
      headers: { 'retry-after': '5', 'Set-Cookie': 'b=2', vary: 'origin', ...json },
    },
  ],
  [
    'alb with multi-value headers',
    { ...Object(withoutMultiValues(lambdaEvent('alb'))), headers: undefined, multiValueHeaders: {} },
    {
      ...common,
      statusDescription: '503 Service Unavailable',
      multiValueHeaders: {
        'retry-after': ['5'],
        'Set-Cookie': ['a=1', 'b=2'],
        vary: ['accept', 'origin'],
        'content-type': ['application/json'],
      },
    },
  ],
];

describe.each(nodeVersions)('invocation.response under %s', (node) => {
  it('F9: answers in the shape that each event source documents, and never runs the handler', async () => {
    const sandbox = await rig.start('esm/answers.answers', [unavailable], { node });
    for (const [source, event, answer] of shapes) {
      const { failed, value } = await faulted(sandbox, event);
      expect([source, failed, value]).toEqual([source, false, answer]);
    }
    // The handler counts its runs: this one, of the control group, is its first.
    expect((await controlled(sandbox, { runs: true })).value).toBe(1);
    expect(await fired(sandbox)).toEqual({ f1: shapes.length });
  });

  it('F9: "after" runs the handler and discards its answer; what it throws stays thrown', async () => {
    const sandbox = await rig.start('esm/answers.answers', [{ ...unavailable, when: 'after' }], { node });
    const event = Object(lambdaEvent('api-gateway-v2'));
    expect((await faulted(sandbox, event)).value).toEqual(withCookies);
    const { failed, value } = await faulted(sandbox, { ...event, fail: true });
    expect({ failed, value }).toMatchObject({ failed: true, value: { errorType: 'RangeError' } });
    expect((await controlled(sandbox, { runs: true })).value).toBe(3);
  });

  it('F7: answers a handler that streams in the streamed protocol, instead of it or after it', async () => {
    for (const when of ['instead', 'after'] as const) {
      const sandbox = await rig.start('esm/answers.streams', [{ ...unavailable, when }], { node });
      for (const way of ['writes', 'metadata', 'pipeline', 'end-only', 'empty']) {
        const event = { ...Object(lambdaEvent('function-url')), way };
        const { failed, value, headers } = await faulted(sandbox, event);
        expect(failed).toBe(false);
        expect(headers['content-type']).toBe('application/vnd.awslambda.http-integration-response');
        const [metadata = '', body] = String(value).split('\0'.repeat(8));
        expect([way, JSON.parse(metadata), body]).toEqual([
          way,
          { statusCode: 503, headers: withCookies.headers, cookies: ['a=1', 'b=2'] },
          '{"message":"later"}',
        ]);
      }
      expect(await fired(sandbox, { way: 'empty' })).toEqual({ f1: 5 });
      // Each of five faulted invocations ran the handler after all, or none did.
      expect(sandbox.output.match(/streaming handler ran/g) ?? []).toHaveLength(when === 'after' ? 6 : 1);
    }
  });

  it('F7: a streaming handler behind a REST API is answered in its form of that protocol, elsewhere left alone', async () => {
    const sandbox = await rig.start('esm/answers.streams', [unavailable], { node });
    const streamed = async (source: string): Promise<unknown> =>
      (await faulted(sandbox, { ...Object(lambdaEvent(source)), way: 'end-only' })).value;
    const [metadata = '', body] = String(await streamed('api-gateway-v1')).split('\0'.repeat(8));
    expect([JSON.parse(metadata), body]).toEqual([
      {
        statusCode: 503,
        headers: { 'retry-after': '5', ...json },
        multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], vary: ['accept', 'origin'] },
      },
      '{"message":"later"}',
    ]);
    for (const source of ['alb', 'api-gateway-v2', 'sqs'])
      expect([source, await streamed(source)]).toEqual([source, 'all at once']);
  });

  it.each(['sqs', 'kinesis', 'dynamodb-stream', 'sns', 's3', 'eventbridge'])(
    'F8: an event of %s is left to the handler: a status would lose it',
    async (source) => {
      const sandbox = await rig.start('esm/answers.answers', [unavailable], { node });
      const event = { ...Object(lambdaEvent(source)), answer: 'of the handler' };
      expect((await faulted(sandbox, event)).value).toBe('of the handler');
      expect(await fired(sandbox)).toEqual({});
    },
  );
});

describe('invocation.response', () => {
  it('F8, F17: says how often it met another event source', async () => {
    const sandbox = await rig.startWithStore('esm/answers.answers', [unavailable]);
    const before = (await rig.skipped())['wrong-source'] ?? 0;
    await faulted(sandbox, lambdaEvent('sqs'));
    await faulted(sandbox, { methodArn: 'arn', httpMethod: 'GET', requestContext: {} }); // an authorizer
    await eventually(
      async () => {
        await faulted(sandbox, lambdaEvent('alb')); // writes what is outstanding
        return rig.skipped();
      },
      (skipped) => skipped['wrong-source'] === before + 2,
      () => sandbox.output,
    );
  });
});

function withoutMultiValues(event: unknown): unknown {
  const { multiValueHeaders, multiValueQueryStringParameters, ...rest } = Object(event);
  return { headers: { host: 'example.com' }, ...rest };
}
