import path from 'node:path';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Deployment, deploy } from './harness/deploy.ts';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { type Emulator, startEmulator } from './harness/emulator.ts';
import type { Clients } from './harness/clients.ts';
import { until } from './harness/until.ts';

const probe = 'harness-test-probe';
const worker = 'harness-test-worker';
const table = 'harness-things';

interface Invoked {
  readonly payload: Record<string, unknown>;
  readonly error: string | undefined;
  readonly log: string;
}

describeWithEmulator('the harness', () => {
  let emulator: Emulator;
  let clients: Clients;
  let deployment: Deployment;

  beforeAll(async () => {
    emulator = await startEmulator();
    clients = emulator.clients();
    deployment = await deploy(emulator, path.join(import.meta.dirname, 'fixtures/service'));
  });

  afterAll(() => emulator.stop());

  afterEach(() => emulator.recorder.clear());

  async function invoke(event: object): Promise<Invoked> {
    const { Payload, FunctionError, LogResult } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: probe, Payload: JSON.stringify(event), LogType: 'Tail' }),
    );
    const payload: unknown = JSON.parse(Buffer.from(Payload ?? []).toString());
    const log = Buffer.from(LogResult ?? '', 'base64').toString();
    return { payload: { ...(payload as object) }, error: FunctionError, log };
  }

  const has = async (pk: string): Promise<boolean> => {
    const key = { pk: { S: pk } };
    const { Item } = await clients.dynamodb.send(
      new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
    );
    return Item !== undefined;
  };

  it('runs the deployed code under AWS’s runtime client, with layers, exec wrapper and environment', async () => {
    const { payload, error, log } = await invoke({ hello: 1 });
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({
      // Of two layers, which both have the file, the later one's.
      layer: 'second',
      arn: deployment.outputs['ProbeArn'],
      environment: {
        GREETING: 'hello',
        WRAPPED: 'yes',
        _HANDLER: 'handler.probe',
        AWS_LAMBDA_FUNCTION_NAME: probe,
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_REGION: emulator.region,
      },
    });
    expect(log).toMatch(/^START RequestId: /);
    expect(log).toContain('probe 1 {"hello":1}');
    expect(emulator.logs(probe).join('\n')).toContain('probe 1 {"hello":1}');
  });

  it('keeps the function’s own error', async () => {
    const { payload, error } = await invoke({ throw: 'no stock' });
    expect(error).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'ProbeError', errorMessage: 'no stock' });
  });

  it('takes new sandboxes when the configuration has changed, and holds the function to its new timeout', async () => {
    const update = { FunctionName: probe, Timeout: 1 };
    const before = await invoke({});
    await clients.lambda.send(new UpdateFunctionConfigurationCommand(update));
    const { payload } = await invoke({});
    expect(Number(before.payload['invocations'])).toBeGreaterThan(1);
    expect(payload['invocations']).toBe(1);
    const late = await invoke({ sleepMs: 5000 });
    expect(late.payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it('records the calls of each function and of the test, with operation and input', async () => {
    await invoke({ put: 'recorded' });
    const [byFunction] = emulator.recorder.calls({ principal: probe });
    expect(byFunction).toMatchObject({
      service: 'dynamodb',
      action: 'PutItem',
      status: 200,
      errorCode: undefined,
      input: { TableName: table, Item: { pk: { S: 'recorded' } } },
    });
    const [byTest] = emulator.recorder.calls({ principal: 'test' });
    expect(byTest).toMatchObject({ service: 'lambda', action: 'Invoke', input: { FunctionName: probe } });
  });

  it('answers the chosen call with a throttle, and only that', async () => {
    const rule = emulator.recorder.rule({
      principal: probe,
      action: 'PutItem',
      skip: 1,
      do: { kind: 'throttle' },
    });
    const answers = [];
    for (const put of ['a', 'b', 'c']) answers.push((await invoke({ put })).payload['status']);
    expect(answers).toEqual([200, 400, 200]);
    expect(rule.taken).toBe(1);
    expect(await has('b')).toBe(false);
    const codes = emulator.recorder.calls({ principal: probe }).map(({ errorCode }) => errorCode);
    expect(codes).toEqual([undefined, 'ThrottlingException', undefined]);
  });

  it('loses the answer of a call that was carried out', async () => {
    emulator.recorder.rule({ principal: probe, action: 'PutItem', do: { kind: 'lose-answer' } });
    const { error } = await invoke({ put: 'unknown-outcome' });
    expect(error).toBe('Unhandled');
    expect(await has('unknown-outcome')).toBe(true);
  });

  it('lets a call hang until its caller gives up', async () => {
    emulator.recorder.rule({ principal: probe, action: 'PutItem', do: { kind: 'hang' } });
    const { payload } = await invoke({ put: 'never' });
    expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(await has('never')).toBe(false);
  });

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('kills a function %s a call of its reaches the service', async (when, landed) => {
    const rule = emulator.killWhen(probe, when, { action: 'PutItem' });
    const { payload } = await invoke({ put: `killed-${when}` });
    expect(payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(rule.taken).toBe(1);
    expect(await has(`killed-${when}`)).toBe(landed);
    expect(await invoke({})).toMatchObject({ error: undefined, payload: { invocations: 1 } });
  });

  it('throttles a paused function, and lets it have what waited when it is resumed', async () => {
    emulator.pause(worker);
    const QueueUrl = deployment.outputs['JobsUrl'];
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"id":"paused"}' }));
    await until(() => emulator.throttled(worker) > 0);
    expect(emulator.recorder.calls({ principal: worker })).toEqual([]);
    const next = emulator.recorder.next({ principal: worker, action: 'PutItem' });
    emulator.resume(worker);
    expect((await next).input['Item']).toMatchObject({ pk: { S: expect.stringMatching(/^job#paused#/) } });
  });

  it('answers errors in the words of each protocol, so that the SDK reads them', async () => {
    const answer = {
      kind: 'answer',
      status: 400,
      errorCode: 'AccessDeniedException',
      message: 'no',
    } as const;
    emulator.recorder.rule({ service: 'dynamodb', principal: 'test', do: answer });
    const put = new PutItemCommand({ TableName: table, Item: { pk: { S: 'x' } } });
    await expect(clients.dynamodb.send(put)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'no',
    });
  });
});
