import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';

let built: Built;
let dependency: LocalServer;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
beforeEach(async () => {
  dependency = await startDependency();
});
afterEach(async () => {
  await sandboxes.stop();
  await dependency.stop();
});
afterAll(() => built.remove());

const target = 'checkout';
const dose = doseOf([]);
const experimental = (): string => idIn('experimental', dose);

async function start(
  faults: readonly InFunctionFault[],
  node: NodeVersion = 'node24',
  env: Record<string, string> = {},
  format = 'esm',
): Promise<Sandbox> {
  return sandboxes.start({
    task: built.task,
    opt: built.opt,
    handler: `${format}/calls.any`,
    node,
    env: { INOCULATE_DOSE: JSON.stringify(doseOf(faults)), ...env },
  });
}

/** What the EMF lines say was injected, in all. */
function fired(sandbox: Sandbox): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of sandbox.output.split('\n').filter((text) => text.startsWith('{"_aws"'))) {
    const { fired: some } = JSON.parse(line) as { fired: Record<string, number> };
    for (const [id, count] of Object.entries(some)) counts[id] = (counts[id] ?? 0) + count;
  }
  return counts;
}

describe.each(nodeVersions)('F12, F16: outbound calls under %s', (node) => {
  const throttled: InFunctionFault = {
    kind: 'dependency.error',
    target,
    service: 'dynamodb',
    error: 'ProvisionedThroughputExceededException',
  };

  it.each(['esm', 'cjs'])(
    'F13: the real SDK (%s) sees the modelled error and really retries',
    async (format) => {
      const sandbox = await start([throttled], node, {}, format);
      const event = { do: 'dynamodb', endpoint: dependency.url };
      const { value } = await sandbox.invoke(event, experimental());
      expect(value).toMatchObject({
        ok: false,
        error: 'ProvisionedThroughputExceededException',
        constructor: 'ProvisionedThroughputExceededException',
        fault: 'client',
        status: 400,
        attempts: 3,
      });
      expect(dependency.seen).toEqual([]);
      // F17: each injection is counted where it happened.
      expect(fired(sandbox)).toEqual({ f1: 3 });
    },
  );

  it('F13: with only: [1] a DynamoDB read succeeds on attempt 2 and the invocation is good', async () => {
    const sandbox = await start([{ ...throttled, only: [1] }], node);
    const event = { do: 'dynamodb', endpoint: dependency.url };
    const { failed, value } = await sandbox.invoke(event, experimental());
    expect(value).toMatchObject({ ok: true, attempts: 2 });
    expect(failed).toBe(false);
    expect(dependency.seen).toHaveLength(1);
    expect(fired(sandbox)).toEqual({ f1: 1 });
  });

  it('F16: only the named operations on the named table are hit, by name or ARN', async () => {
    const arn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/orders';
    for (const resource of ['orders', arn]) {
      const sandbox = await start([{ ...throttled, operations: ['GetItem'], resource }], node);
      const call = async (changes: object): Promise<unknown> => {
        const event = { do: 'dynamodb', endpoint: dependency.url, maxAttempts: 1, ...changes };
        return Object((await sandbox.invoke(event, experimental())).value).ok;
      };
      expect(await call({ table: 'orders' })).toBe(false);
      expect(await call({ table: arn })).toBe(false);
      expect(await call({ table: 'prices' })).toBe(true);
      expect(await call({ table: 'orders', operation: 'PutItem' })).toBe(true);
    }
  });

  it('the control group and bystanders reach the dependency', async () => {
    const sandbox = await start([throttled], node);
    const event = { do: 'dynamodb', endpoint: dependency.url };
    expect((await sandbox.invoke(event, idIn('control', dose))).value).toMatchObject({
      ok: true,
      attempts: 1,
    });
    expect(fired(sandbox)).toEqual({});
  });

  it('Lambda answers TooManyRequestsException, for the named function only', async () => {
    const fault: InFunctionFault = {
      kind: 'dependency.error',
      target,
      service: 'lambda',
      operations: ['Invoke'],
      resource: 'pricing',
      error: 'TooManyRequestsException',
    };
    const sandbox = await start([fault], node);
    const event = { do: 'invokeLambda', endpoint: dependency.url, maxAttempts: 2 };
    const hit = await sandbox.invoke({ ...event, functionName: 'pricing' }, experimental());
    expect(hit.value).toMatchObject({
      error: 'TooManyRequestsException',
      constructor: 'TooManyRequestsException',
      status: 429,
      attempts: 2,
    });
    const missed = await sandbox.invoke({ ...event, functionName: 'stock' }, experimental());
    expect(missed.value).toMatchObject({ ok: true });
  });

  it.each(['viaFetch', 'viaHttp'])(
    '%s: a host answers any status, and others are left alone',
    async (how) => {
      const host = `127.0.0.1:${dependency.port}`;
      const body = '{"out":"of order"}';
      const sandbox = await start([{ kind: 'dependency.error', target, host, status: 503, body }], node);
      const event = { do: how, url: `${dependency.url}/pay?x=1`, body: 'money', many: 3 };
      const hit = await sandbox.invoke(event, experimental());
      expect(Object(hit.value).answers).toEqual(Array(3).fill({ status: 503, body }));
      expect(dependency.seen).toEqual([]);
      const elsewhere = await sandbox.invoke(
        { ...event, url: `http://localhost:${dependency.port}` },
        experimental(),
      );
      expect(Object(elsewhere.value).answers).toEqual(Array(3).fill({ status: 200, body: '"real"' }));
      expect(fired(sandbox)).toEqual({ f1: 3 });
    },
  );

  it.each(['viaFetch', 'viaHttp'])('%s: a slow host gives its real answer later', async (how) => {
    const fault: InFunctionFault = { kind: 'dependency.latency', target, host: '127.0.0.1', delay: 300 };
    const sandbox = await start([fault], node);
    const event = { do: how, url: dependency.url, body: 'order', many: 2 };
    const { value } = await sandbox.invoke(event, experimental());
    expect(Object(value).answers).toEqual(Array(2).fill({ status: 200, body: '"real"' }));
    expect(Object(value).tookMs).toBeGreaterThanOrEqual(299);
    expect(dependency.seen.map(({ body }) => body)).toEqual(['order', 'order']);
    expect(fired(sandbox)).toEqual({ f1: 2 });
  });

  it.each([
    ['viaFetch', /Timeout/],
    ['viaHttp', /ECONNRESET/],
  ])("%s: the client's own timeout ends a slow call", async (how, error) => {
    const fault: InFunctionFault = { kind: 'dependency.latency', target, host: '127.0.0.1', delay: 60_000 };
    const sandbox = await start([fault], node);
    const { value } = await sandbox.invoke({ do: how, url: dependency.url, timeoutMs: 200 }, experimental());
    expect(Object(value).answers[0]).toMatch(error);
  });

  it.each(['dynamodb', 'viaFetch', 'viaHttp'])(
    '%s: connections that were open before are hit, too',
    async (how) => {
      const faults: InFunctionFault[] = [
        throttled,
        { kind: 'dependency.error', target, host: '127.0.0.1', status: 502 },
      ];
      const sandbox = await start(faults, node);
      const event = { do: how, url: dependency.url, endpoint: dependency.url, maxAttempts: 1 };
      const before = await sandbox.invoke(event, idIn('control', dose));
      const connections = dependency.connections;
      const hit = await sandbox.invoke(event, experimental());
      const after = await sandbox.invoke(event, idIn('control', dose));
      expect(JSON.stringify(before.value)).not.toMatch(/"status":502|Throughput/);
      expect(JSON.stringify(hit.value)).toMatch(how === 'dynamodb' ? /Throughput/ : /502/);
      expect(dependency.seen).toHaveLength(2);
      expect(JSON.stringify(after.value)).not.toMatch(/"status":502|Throughput/);
      // The pool has survived the injection.
      expect(dependency.connections).toBe(connections);
    },
  );

  it.each(['viaFetch', 'viaHttp'])(
    '%s: delays add up, then the first error in file order answers',
    async (how) => {
      const host = '127.0.0.1';
      const faults: InFunctionFault[] = [
        { kind: 'dependency.latency', target, host, delay: 100 },
        { kind: 'dependency.error', target, host, status: 501 },
        { kind: 'dependency.latency', target, host, delay: 150 },
        { kind: 'dependency.error', target, host, status: 504 },
      ];
      const sandbox = await start(faults, node);
      const { value } = await sandbox.invoke({ do: how, url: dependency.url }, experimental());
      expect(Object(value).answers).toEqual([{ status: 501, body: '' }]);
      expect(Object(value).tookMs).toBeGreaterThanOrEqual(249);
      expect(fired(sandbox)).toEqual({ f1: 1, f2: 1, f3: 1 });
    },
  );

  it('without attempt headers, only: [2] hits the second call to the same place', async () => {
    const fault: InFunctionFault = {
      kind: 'dependency.error',
      target,
      host: '*.0.0.1',
      status: 500,
      only: [2],
    };
    const sandbox = await start([fault], node);
    const { value } = await sandbox.invoke({ do: 'viaHttp', url: dependency.url, many: 3 }, experimental());
    expect(Object(value).answers.map(({ status }: { status: number }) => status)).toEqual([200, 500, 200]);
  });

  it('rate draws per call, the same way for the same invocation', async () => {
    const fault: InFunctionFault = {
      kind: 'dependency.error',
      target,
      host: '127.0.0.1',
      status: 500,
      rate: 0.5,
      // The same invocation once more is a retry.
      acceptsDataLoss: true,
    };
    const sandbox = await start([fault], node);
    const id = experimental();
    const event = { do: 'viaHttp', url: dependency.url, many: 40 };
    const first = Object((await sandbox.invoke(event, id)).value).answers;
    const again = Object((await sandbox.invoke(event, id)).value).answers;
    expect(again).toEqual(first);
    const failures = first.filter(({ status }: { status: number }) => status === 500).length;
    expect(failures).toBeGreaterThan(5);
    expect(failures).toBeLessThan(35);
  });
});

describe('several invocations at once in one process', () => {
  it('keep apart: only the experimental one is faulted', async () => {
    const fault: InFunctionFault = { kind: 'dependency.error', target, host: '127.0.0.1', status: 500 };
    const env = { AWS_LAMBDA_MAX_CONCURRENCY: '8', AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' };
    const sandbox = await start([fault], 'node24', env);
    const groups = ['experimental', 'control', 'experimental', 'control', 'control'] as const;
    const outcomes = await Promise.all(
      groups.map((group, index) => {
        const how = index < 2 ? 'viaFetch' : 'viaHttp';
        return sandbox.invoke({ do: how, url: dependency.url, many: 4 }, idIn(group, dose));
      }),
    );
    const statuses = outcomes.map(({ value }) => [
      ...new Set(Object(value).answers.map(({ status }: { status: number }) => status)),
    ]);
    expect(statuses).toEqual([[500], [200], [500], [200], [200]]);
  });
});
