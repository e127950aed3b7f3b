import { EventBridgeClient, PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { DependencyErrorFault } from '../../src/generated/types.ts';
import { clientOptions } from './support/aws-calls.ts';
import { underFaults } from './support/faulted.ts';
import { LocalServer } from './support/server.ts';

// What is answered must be what happens: an entry that failed was never sent, one that was accepted was sent once.

let bus: LocalServer;
const keyBefore = process.env['AWS_ACCESS_KEY_ID'];
const secretBefore = process.env['AWS_SECRET_ACCESS_KEY'];
beforeAll(async () => {
  bus = await LocalServer.start((seen, response) => {
    const { Entries } = JSON.parse(seen.body) as { Entries: { Detail: string }[] };
    const results = Entries.map(({ Detail }) => ({ EventId: `id of ${Detail}` }));
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: results }));
  });
});
beforeEach(() => {
  bus.seen.length = 0;
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});
afterAll(async () => {
  restore('AWS_ACCESS_KEY_ID', keyBefore);
  restore('AWS_SECRET_ACCESS_KEY', secretBefore);
  await bus.stop();
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

interface Put {
  readonly failedCount: number | undefined;
  readonly results: readonly PutEventsResultEntry[];
  /** The details of the entries that arrived. */
  readonly arrived: readonly string[];
}

async function put(
  count: number,
  changes: Partial<DependencyErrorFault> = {},
  busOf: (index: number) => string | undefined = () => undefined,
  options: object = {},
): Promise<Put> {
  const fault: DependencyErrorFault = {
    kind: 'dependency.error',
    target: 'checkout',
    service: 'events',
    error: 'PartialFailure',
    ...changes,
  };
  const client = new EventBridgeClient({ ...clientOptions(bus.url), ...options });
  const Entries = Array.from({ length: count }, (_, index) => ({
    Source: 'shop',
    DetailType: 'Order',
    Detail: `{"n":${index}}`,
    EventBusName: busOf(index),
  }));
  const answer = await underFaults([fault], () => client.send(new PutEventsCommand({ Entries })));
  return {
    failedCount: answer.FailedEntryCount,
    results: answer.Entries ?? [],
    arrived: bus.seen.flatMap(({ body }) =>
      (JSON.parse(body) as { Entries: { Detail: string }[] }).Entries.map(({ Detail }) => Detail),
    ),
  };
}

it('entries that fail were never sent, and the others were, once, in order', async () => {
  const { failedCount, results, arrived } = await put(10);
  const accepted = results.flatMap(({ ErrorCode }, index) => (ErrorCode === undefined ? [index] : []));
  expect(results).toHaveLength(10);
  expect(failedCount).toBe(10 - accepted.length);
  expect(accepted.length).toBeGreaterThan(0);
  expect(accepted.length).toBeLessThan(10);
  expect(arrived).toEqual(accepted.map((index) => `{"n":${index}}`));
  for (const index of accepted) expect(results[index]).toEqual({ EventId: `id of {"n":${index}}` });
  expect(bus.seen).toHaveLength(1);
  expect(bus.seen[0]?.headers).toMatchObject({
    'x-amz-target': 'AWSEvents.PutEvents',
    'content-type': 'application/x-amz-json-1.1',
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/eu-west-1\/events\/aws4_request/,
    ),
  });
});

it('failed entries say what EventBridge says', async () => {
  const { results } = await put(10, { entries: 1 });
  const codes = new Set(results.map(({ ErrorCode, ErrorMessage }) => `${ErrorCode}: ${ErrorMessage}`));
  expect([...codes].sort()).toEqual([
    'InternalFailure: The request processing has failed because of an unknown error, exception or failure.',
    'ThrottlingException: The request was denied due to request throttling.',
  ]);
});

it('with all entries nothing is sent', async () => {
  expect(await put(3, { entries: 1 })).toMatchObject({ failedCount: 3, arrived: [] });
  expect(bus.seen).toEqual([]);
});

it('with none, or at another operation, the call goes through as it is', async () => {
  expect(await put(3, { entries: 0 })).toMatchObject({
    failedCount: 0,
    arrived: ['{"n":0}', '{"n":1}', '{"n":2}'],
  });
});

it('only entries of the named bus fail', async () => {
  const { results, arrived } = await put(6, { entries: 1, resource: 'orders' }, (index) =>
    index % 2 === 0 ? 'orders' : undefined,
  );
  expect(results.map(({ ErrorCode }) => ErrorCode !== undefined)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(arrived).toEqual(['{"n":1}', '{"n":3}', '{"n":5}']);
});

describe('where the call was signed with a key that is not the function’s own', () => {
  const others = { credentials: { accessKeyId: 'other', secretAccessKey: 'other' } };

  it('all entries fail, and none is sent', async () => {
    expect(await put(10, {}, undefined, others)).toMatchObject({ failedCount: 10, arrived: [] });
  });

  it('a call with entries for other buses goes through as it is', async () => {
    const busOf = (index: number): string => (index === 0 ? 'stock' : 'orders');
    expect(await put(3, { entries: 1, resource: 'orders' }, busOf, others)).toMatchObject({ failedCount: 0 });
    expect(bus.seen).toHaveLength(1);
  });
});

it('what the bus says of the rest reaches the caller', async () => {
  const { respond } = bus;
  bus.respond = (_, response) => {
    response.statusCode = 400;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not you' }));
  };
  await expect(put(10)).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'not you' });
  bus.respond = respond;
});

it('a bus that cannot be reached is told as an error on its side, which the client retries', async () => {
  const fault: DependencyErrorFault = {
    kind: 'dependency.error',
    target: 'checkout',
    service: 'events',
    error: 'PartialFailure',
  };
  const client = new EventBridgeClient(clientOptions());
  const Entries = Array.from({ length: 10 }, () => ({ Detail: '{}' }));
  await expect(
    underFaults([fault], () => client.send(new PutEventsCommand({ Entries }))),
  ).rejects.toMatchObject({
    name: 'InternalFailure',
    $metadata: { httpStatusCode: 500, attempts: 3 },
  });
});
