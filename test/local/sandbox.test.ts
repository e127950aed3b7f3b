import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalHost } from '../../src/local/types.ts';
import { clients, Hosts, probed } from './support.ts';

const hosts = new Hosts();
afterAll(() => hosts.end());

describe.each(clients)('a sandbox with the %s client', (client) => {
  let host: LocalHost;
  beforeAll(async () => {
    host = await hosts.start({ runtimeClient: client });
  });

  it('is the client that was asked for', () => {
    expect(host.runtime.client).toBe(client);
  });

  it('is kept warm from one invocation to the next, and tells the first from the others', async () => {
    await host.invoke('probe', { exit: 1 });
    const first = await host.invoke('probe', {});
    const second = await host.invoke('probe', {});
    expect([first.coldStart, second.coldStart]).toEqual([true, false]);
    expect([probed(first).invocations, probed(second).invocations]).toEqual([1, 2]);
    expect(probed(second).pid).toBe(probed(first).pid);
  });

  it('gives the function its request id, its ARN and the time that remains', async () => {
    const result = await host.invoke('probe', {});
    const { requestId, arn, remainingMs } = probed(result);
    expect(requestId).toBe(result.requestId);
    expect(arn).toBe('arn:aws:lambda:eu-central-1:000000000000:function:fixture-test-probe');
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(2000);
  });

  it.each([
    ['probe22', 22, 'AWS_Lambda_nodejs22.x'],
    ['probe', 24, 'AWS_Lambda_nodejs24.x'],
  ])('runs %s under the Node that it declares', async (key, major, environment) => {
    const { node, env } = probed(await host.invoke(key, {}));
    expect(node).toMatch(new RegExp(`^v${major}\\.`));
    expect(host.runtime.node[key]).toBe(node.slice(1));
    expect(env['AWS_EXECUTION_ENV']).toBe(environment);
  });

  it('has the environment of a Lambda function, and nothing of the host', async () => {
    const { env, handler } = probed(await host.invoke('probe', {}));
    expect(handler).toBe('functions/probe.handler');
    expect(env).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'fixture-test-probe',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/fixture-test-probe',
      AWS_REGION: 'eu-central-1',
      ITEMS_TABLE: 'fixture-test-ItemsTable',
      TZ: ':UTC',
    });
    expect(env['JEST_WORKER_ID']).toBeUndefined();
    expect(env['HOME']).toBeUndefined();
  });

  it('reports what the handler threw, with its type and its stack', async () => {
    const result = await host.invoke('probe', { throw: 'no such thing' });
    expect(result).toMatchObject({
      ok: false,
      reason: 'function',
      errorType: 'TypeError',
      errorMessage: 'no such thing',
    });
    expect(!result.ok && result.trace?.[0]).toBe('TypeError: no such thing');
  });

  it('ends a function that takes too long, even one that blocks its event loop, and starts afresh', async () => {
    // A host of its own: on a busy machine there may be a second sandbox, which would answer next.
    const own = await hosts.start({ runtimeClient: client });
    const result = await own.invoke('probe', { spin: true });
    expect(result).toMatchObject({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 2.00 seconds`,
    });
    expect(probed(await own.invoke('probe', {})).invocations).toBe(1);
  });

  it.each([
    [{ exit: 3 }, 'Runtime exited with error: exit status 3'],
    [{ exit: 0 }, 'Runtime exited without providing a reason'],
    [{ kill: 'SIGKILL' }, 'Runtime exited with error: signal: killed'],
    [{ kill: 'SIGTERM' }, 'Runtime exited with error: signal: terminated'],
  ])('reports a process that ends by itself: %j', async (event, reason) => {
    const result = await host.invoke('probe', event);
    expect(result).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${result.requestId} Error: ${reason}`,
    });
  });

  it('reports a module that does not start', async () => {
    const result = await host.invoke('failing-start', {});
    expect(result).toMatchObject({
      ok: false,
      errorType: 'RangeError',
      errorMessage: 'this module does not start',
    });
  });

  it('reports a handler that is not exported', async () => {
    const result = await host.invoke('missing-export', {});
    expect(result).toMatchObject({ ok: false, errorType: 'Runtime.HandlerNotFound' });
    expect(!result.ok && result.errorMessage).toContain(
      'functions/probe.nothing is undefined or not exported',
    );
  });

  it('reports a process that ends before it has started', async () => {
    const result = await host.invoke('exiting-start', {});
    expect(result).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: exit status 7`,
    });
  });

  it('serves invocations at the same time in sandboxes of their own', async () => {
    const results = await Promise.all([1, 2, 3].map(() => host.invoke('probe', { sleepMs: 1500 })));
    expect(new Set(results.map((result) => probed(result).env['AWS_LAMBDA_LOG_STREAM_NAME'])).size).toBe(3);
  });

  it('goes on serving after a failure, in the same sandbox', async () => {
    await host.invoke('probe22', {});
    const failed = await host.invoke('probe22', { throw: 'once' });
    const next = await host.invoke('probe22', {});
    expect([failed.ok, next.ok, next.coldStart]).toEqual([false, true, false]);
  });
});

describe('a handler with a callback', () => {
  it("is refused by AWS's client, with what to do", async () => {
    const host = await hosts.start({ runtimeClient: 'javascript' });
    const result = await host.invoke('callback', {});
    expect(result).toMatchObject({ ok: false, errorType: 'Runtime.CallbackHandlerDeprecated' });
  });

  it('is served by our own loop', async () => {
    const host = await hosts.start({ runtimeClient: 'own-loop' });
    expect(await host.invoke('callback', {})).toMatchObject({ ok: true, payload: 'called back' });
    expect(await host.invoke('callback', { fail: 'no' })).toMatchObject({
      ok: false,
      errorType: 'RangeError',
      errorMessage: 'no',
    });
  });
});

describe('an idle sandbox', () => {
  it('is ended after a while', async () => {
    const host = await hosts.start({ idleSandboxMs: 100 });
    expect((await host.invoke('probe', {})).coldStart).toBe(true);
    await sleep(400);
    expect((await host.invoke('probe', {})).coldStart).toBe(true);
  });
});
