import { InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalHost } from '../../src/local/types.ts';
import { eventually, Hosts } from './support.ts';

const hosts = new Hosts();
const said: string[] = [];
let host: LocalHost;
let client: LambdaClient;

beforeAll(async () => {
  host = await hosts.start({
    maxSandboxes: 2,
    isolation: 'environment',
    asyncRetryDelaysMs: [50, 50],
    onLog: (log) => {
      if (log.kind === 'host') said.push(log.line);
    },
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const { lambdaEndpoint: endpoint } = host;
  client = new LambdaClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await hosts.end();
});

const name = 'fixture-test-probe';
const probe = (payload: unknown, more: object = {}): InvokeCommand =>
  new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload), ...more });

describe('Invoke, asked by the real SDK', () => {
  it('answers with what the function returns, and the end of its log where that is wanted', async () => {
    const answer = await client.send(probe({ log: 'hello' }, { LogType: 'Tail' }));
    const log = Buffer.from(answer.LogResult ?? '', 'base64').toString();
    const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? '');
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(payload).toMatchObject({ requestId: answer.$metadata.requestId });
    expect(log).toMatch(/^START RequestId: [\s\S]*\thello\n[\s\S]*END RequestId: [\s\S]*REPORT RequestId: /);
  });

  it('tells a failed function from a failed call', async () => {
    const answer = await client.send(probe({ throw: 'no' }));
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'no',
    });
  });

  it.each([
    ['a name with its version', `${name}:$LATEST`],
    ['a partial ARN', `000000000000:function:${name}`],
    ['an ARN', `arn:aws:lambda:eu-central-1:000000000000:function:${name}`],
  ])('finds a function by %s', async (_, FunctionName) => {
    expect((await client.send(new InvokeCommand({ FunctionName }))).StatusCode).toBe(200);
  });

  it('invokes with an empty event where there is no payload', async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: name }));
    expect(answer.FunctionError).toBeUndefined();
  });

  it('refuses a function or a version that is not there', async () => {
    const unknown = client.send(new InvokeCommand({ FunctionName: 'fixture-test-nobody' }));
    await expect(unknown).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-central-1:000000000000:function:fixture-test-nobody',
      $metadata: { httpStatusCode: 404 },
    });
    const version = client.send(new InvokeCommand({ FunctionName: name, Qualifier: '7' }));
    await expect(version).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('refuses a payload that is not JSON, and one that is too large', async () => {
    const wrong = client.send(new InvokeCommand({ FunctionName: name, Payload: 'not json' }));
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
    const large = client.send(probe('x'.repeat(6 * 1024 * 1024)));
    await expect(large).rejects.toMatchObject({ name: 'RequestTooLargeException' });
  });

  it('throttles when every sandbox is at work, and serves again afterwards', async () => {
    const busy = [client.send(probe({ sleepMs: 700 })), client.send(probe({ sleepMs: 700 }))];
    const third = client.send(probe({}));
    await expect(third).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    const inProcess = await host.invoke('probe22', {});
    expect(inProcess).toMatchObject({
      ok: false,
      reason: 'throttled',
      errorType: 'TooManyRequestsException',
    });
    await Promise.all(busy);
    expect((await client.send(probe({}))).StatusCode).toBe(200);
  });

  it('makes room for a function by ending an idle sandbox of another', async () => {
    await Promise.all([host.invoke('probe', { sleepMs: 50 }), host.invoke('probe', { sleepMs: 50 })]);
    expect((await host.invoke('probe22', {})).ok).toBe(true);
  });

  it('says of a dry run only that it could be', async () => {
    const note = join(hosts.folder(), 'note');
    const answer = await client.send(probe({ note }, { InvocationType: 'DryRun' }));
    expect(answer.StatusCode).toBe(204);
    expect(existsSync(note)).toBe(false);
  });

  it('streams an answer', async () => {
    const command = new InvokeWithResponseStreamCommand({ FunctionName: 'fixture-test-streaming' });
    const { EventStream = [] } = await client.send(command);
    let text = '';
    let complete = 0;
    for await (const event of EventStream) {
      text += Buffer.from(event.PayloadChunk?.Payload ?? []).toString();
      if (event.InvokeComplete !== undefined) complete += 1;
    }
    expect([text, complete]).toEqual(['one two', 1]);
  });
});

describe('an asynchronous invocation', () => {
  const attempts = (note: string): string[] =>
    existsSync(note) ? readFileSync(note, 'utf8').trim().split('\n') : [];

  it('is accepted at once and runs once when it succeeds', async () => {
    const note = join(hosts.folder(), 'note');
    const answer = await client.send(probe({ note }, { InvocationType: 'Event' }));
    expect(answer.StatusCode).toBe(202);
    const seen = await eventually(
      () => attempts(note),
      (lines) => lines.length > 0,
    );
    expect(seen).toEqual([answer.$metadata.requestId]);
  });

  it('that fails is tried three times with the same request id, and then told as lost', async () => {
    const note = join(hosts.folder(), 'note');
    const answer = await client.send(probe({ note, throw: 'always' }, { InvocationType: 'Event' }));
    const id = answer.$metadata.requestId ?? '';
    await eventually(
      () => said,
      (lines) => lines.some((line) => line.includes(id)),
    );
    expect(attempts(note)).toEqual([id, id, id]);
    expect(said.filter((line) => line.includes(id))).toEqual([
      `The event ${id} for probe is lost after 3 attempts: TypeError: always.`,
    ]);
  });
});

describe('a call to a service that is not here', () => {
  it('is refused with the name of the service and what to do', async () => {
    const response = await fetch(host.lambdaEndpoint, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/sqs/aws4_request' },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      __type: 'NotOnOneMachineException',
      message: expect.stringContaining('of sqs is not served on one machine'),
    });
  });
});
