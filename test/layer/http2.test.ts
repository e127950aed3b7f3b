import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { LocalHttp2Server } from './support/http2-server.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';

let built: Built;
let dependency: LocalHttp2Server;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
beforeEach(async () => {
  dependency = await LocalHttp2Server.start();
});
afterEach(async () => {
  await sandboxes.stop();
  await dependency.stop();
});
afterAll(() => built.remove());

const target = 'checkout';
const dose = doseOf([]);
const experimental = (): string => idIn('experimental', dose);
const control = (): string => idIn('control', dose);
const host = '127.0.0.1';
const real = { status: 200, body: '"real"', end: 'yes' };

function start(faults: readonly InFunctionFault[], node: NodeVersion, format = 'esm'): Promise<Sandbox> {
  return sandboxes.start({
    task: built.task,
    opt: built.opt,
    handler: `${format}/http2.any`,
    node,
    env: { INOCULATE_DOSE: JSON.stringify(doseOf(faults)) },
  });
}

async function outcome(sandbox: Sandbox, event: object, id: string): Promise<Record<string, unknown>> {
  const { value } = await sandbox.invoke({ url: dependency.url, ...event }, id);
  return Object(value);
}

describe.each(nodeVersions)('F12: outbound calls over HTTP/2 under %s', (node) => {
  const unavailable: InFunctionFault = {
    kind: 'dependency.error',
    target,
    host,
    status: 503,
    body: '{"__type":"x"}',
  };

  it.each(['esm', 'cjs'])(
    'F13: the real Kinesis client (%s), which speaks HTTP/2, sees an error and retries',
    async (format) => {
      const sandbox = await start([unavailable], node, format);
      const failed = await outcome(sandbox, { do: 'viaKinesis' }, experimental());
      expect(failed).toMatchObject({ ok: false, error: 'x', status: 503, attempts: 3 });
      expect(dependency.seen).toEqual([]);
      expect(await outcome(sandbox, { do: 'viaKinesis' }, control())).toMatchObject({
        ok: true,
        attempts: 1,
      });
    },
  );

  it('with only: [1] the Kinesis call succeeds on attempt 2', async () => {
    const sandbox = await start([{ ...unavailable, only: [1] }], node);
    const good = await outcome(sandbox, { do: 'viaKinesis' }, experimental());
    expect(good).toMatchObject({ ok: true, sequence: '1', attempts: 2 });
    expect(dependency.seen).toHaveLength(1);
  });

  it('sessions that were open before are hit, and are the same afterwards', async () => {
    const sandbox = await start([unavailable], node);
    const event = { do: 'viaSession', body: 'money', many: 3 };
    expect((await outcome(sandbox, event, control()))['answers']).toEqual(Array(3).fill(real));
    const hit = await outcome(sandbox, event, experimental());
    expect(hit['answers']).toEqual(Array(3).fill({ status: 503, body: '{"__type":"x"}' }));
    expect((await outcome(sandbox, event, control()))['answers']).toEqual(Array(3).fill(real));
    expect(dependency.seen).toHaveLength(6);
    expect(dependency.connections).toBe(1);
  });

  it.each(['GET', 'HEAD', 'POST'])('%s: an answer ends as the connection would end it', async (method) => {
    const sandbox = await start([unavailable], node);
    const event = { do: 'viaSession', method, ...(method === 'POST' ? { body: 'x'.repeat(100_000) } : {}) };
    const { answers } = await outcome(sandbox, event, experimental());
    expect(answers).toEqual([{ status: 503, body: method === 'HEAD' ? '' : '{"__type":"x"}' }]);
    expect(dependency.seen).toEqual([]);
  });

  it('another host is left alone', async () => {
    const sandbox = await start([{ ...unavailable, host: 'elsewhere.example' }], node);
    expect((await outcome(sandbox, { do: 'viaSession' }, experimental()))['answers']).toEqual([real]);
  });

  it('a slow host gives its real answer later, trailers included', async () => {
    const sandbox = await start([{ kind: 'dependency.latency', target, host, delay: 300 }], node);
    for (const event of [{ do: 'viaSession' }, { do: 'viaSession', body: 'order', many: 2 }]) {
      const { answers, tookMs } = await outcome(sandbox, event, experimental());
      expect(answers).toEqual(Array(event.many ?? 1).fill(real));
      expect(tookMs).toBeGreaterThanOrEqual(299);
    }
    expect(dependency.seen.map(({ body }) => body)).toEqual(['', 'order', 'order']);
    expect(await outcome(sandbox, { do: 'viaKinesis' }, experimental())).toMatchObject({
      ok: true,
      attempts: 1,
    });
  });

  it("the client's own timeout ends a slow call whose answer has arrived, and the session lives on", async () => {
    const sandbox = await start([{ kind: 'dependency.latency', target, host, delay: 60_000 }], node);
    await outcome(sandbox, { do: 'viaSession' }, control());
    const { answers, tookMs } = await outcome(sandbox, { do: 'viaSession', timeoutMs: 300 }, experimental());
    expect(answers).toEqual([{ body: '', timedOut: true }]);
    expect(tookMs).toBeLessThan(30_000);
    expect((await outcome(sandbox, { do: 'viaSession' }, control()))['answers']).toEqual([real]);
    expect(dependency.connections).toBe(1);
  });

  it('delays add up before the error', async () => {
    const faults: InFunctionFault[] = [{ kind: 'dependency.latency', target, host, delay: 200 }, unavailable];
    const sandbox = await start(faults, node);
    const { answers, tookMs } = await outcome(sandbox, { do: 'viaSession', body: 'x' }, experimental());
    expect(answers).toEqual([{ status: 503, body: '{"__type":"x"}' }]);
    expect(tookMs).toBeGreaterThanOrEqual(199);
    expect(dependency.seen).toEqual([]);
  });
});
