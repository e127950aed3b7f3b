import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { startCache, startEcho, startPostgres, startTlsEcho, type TcpServer } from './support/databases.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';
import { eventually, TestStore } from './support/store.ts';

type How = Extract<InFunctionFault, { kind: 'dependency.unreachable' }>['how'];

const sandboxes = new Sandboxes();
let built: Built;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let cache: TcpServer;
let echo: TcpServer;
let tlsEcho: TcpServer;
let plain: LocalServer;
beforeAll(async () => {
  [built, postgres, cache, echo, tlsEcho, plain] = await Promise.all([
    buildAll(),
    startPostgres(),
    startCache(),
    startEcho(),
    startTlsEcho(),
    startDependency(),
  ]);
}, 60_000);
afterEach(() => sandboxes.stop());
afterAll(async () => {
  built.remove();
  await Promise.all([postgres, cache, echo, tlsEcho, plain].map((server) => server.stop()));
});

/** Every connection to this machine, whatever its port. */
const cut = (how: How): InFunctionFault => ({
  kind: 'dependency.unreachable',
  target: 'checkout',
  host: 'localhost',
  how,
});
const exposure = 0.3;
const doseWith = (how: How): ReturnType<typeof doseOf> => doseOf([cut(how)], { exposure });
const idOf = (group: 'experimental' | 'control' | 'bystander'): string =>
  idIn(group, { ...doseOf([]), exposure });

function start(node: NodeVersion, env: Record<string, string>): Promise<Sandbox> {
  return sandboxes.start({ task: built.task, opt: built.opt, handler: 'esm/network.any', node, env });
}

const localhost = { host: 'localhost' };
const asked = (): Record<string, { event: object; real: unknown }> => ({
  pg: { event: { do: 'pg', ...localhost, port: postgres.port }, real: 42 },
  ioredis: { event: { do: 'ioredis', ...localhost, port: cache.port }, real: '42' },
  kept: { event: { do: 'kept', ...localhost, port: echo.port, timeoutMs: 200 }, real: 'hello' },
  tls: { event: { do: 'tls', ...localhost, port: tlsEcho.port, timeoutMs: 200 }, real: 'hello' },
  http: { event: { do: 'http', url: `http://localhost:${plain.port}/`, timeoutMs: 200 }, real: '"real"' },
  fetch: { event: { do: 'fetch', url: `http://localhost:${plain.port}/`, timeoutMs: 200 }, real: '"real"' },
  undiciPool: { event: { do: 'undiciPool', url: `http://localhost:${plain.port}/` }, real: '"real"' },
});

describe.each(nodeVersions)('F5: only the experimental group is cut off under %s', (node) => {
  it.each(['refused', 'reset', 'blackhole', 'dns'] as const)(
    '%s: control group and bystanders never notice, one after the other in one sandbox',
    async (how) => {
      const sandbox = await start(node, { INOCULATE_DOSE: JSON.stringify(doseWith(how)) });
      const order = ['control', 'experimental', 'control', 'experimental', 'bystander', 'control'] as const;
      for (const [name, { event, real }] of Object.entries(asked())) {
        for (const group of order) {
          const { value } = await sandbox.invoke(event, idOf(group));
          const { value: got, error } = Object(value);
          if (group === 'experimental')
            expect({ name, failed: error !== undefined }).toEqual({ name, failed: true });
          else expect({ name, group, got }).toEqual({ name, group, got: real });
        }
      }
    },
    60_000,
  );

  it('at once in one process: HTTP calls are told apart; of raw connections nobody knows whose they are, so none is cut', async () => {
    const env = { AWS_LAMBDA_MAX_CONCURRENCY: '8', AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' };
    const store = await TestStore.start();
    try {
      await store.putDose(doseWith('reset'));
      const sandbox = await start(node, { ...env, ...store.env() });
      const http = asked()['http']?.event;
      await eventually(
        async () => (await sandbox.invoke(http, idOf('experimental'))).value,
        (value) => JSON.stringify(value).includes('ECONNRESET'),
      );
      const groups = ['experimental', 'control', 'experimental', 'bystander', 'control', 'control'] as const;
      for (const [name, { event, real }] of Object.entries(asked())) {
        const outcomes = await Promise.all(groups.map((group) => sandbox.invoke(event, idOf(group))));
        for (const [index, { value }] of outcomes.entries()) {
          const hit = groups[index] === 'experimental' && ['http', 'fetch', 'undiciPool'].includes(name);
          const { value: got, error } = Object(value);
          // One socket that all of them read from says everything to everybody.
          const heard = name === 'kept' ? String(got).replace(/^(hello)+$/, 'hello') : got;
          expect({ name, hit, got: heard }).toEqual({ name, hit, got: hit ? undefined : real });
          expect(error === undefined).toBe(!hit);
        }
      }
      await eventually(
        () => store.telemetry(),
        (reports) => reports.some(({ skipped }) => (skipped['shared-process'] ?? 0) > 0),
      );
    } finally {
      await store.stop();
    }
  }, 60_000);

  it('off, on and off again: what hangs is let go within a second, and no function is left patched', async () => {
    const store = await TestStore.start();
    try {
      const sandbox = await start(node, store.env());
      const all = async (): Promise<unknown> =>
        Object((await sandbox.invoke({ do: 'untouched' })).value).value;
      const before = await all();
      expect(new Set(Object.values(Object(before)))).toEqual(new Set([true]));
      const { event } = asked()['kept'] ?? {};
      expect((await sandbox.invoke(event)).value).toMatchObject({ value: 'hello' });

      await store.putDose({ ...doseWith('blackhole'), exposure: 0.5 });
      const id = (): string => idIn('experimental', doseOf([]));
      const short = { ...Object(event), timeoutMs: 50 };
      await eventually(
        async () => (await sandbox.invoke(short, id())).value,
        (value) => JSON.stringify(value).includes('LATE'),
      );
      const patched = await all();
      expect(Object(patched)['net.Socket.connect']).toBe(false);

      // No timeout of its own: only the end of the dose lets it go.
      const hanging = sandbox.invoke({ ...Object(event), timeoutMs: 0 }, id());
      await new Promise((resolve) => setTimeout(resolve, 300));
      const clearedAt = performance.now();
      await store.clearDose();
      expect(JSON.stringify((await hanging).value)).toMatch(/ECONNRESET|ETIMEDOUT/);
      expect(performance.now() - clearedAt).toBeLessThan(2_000);
      expect(await all()).toEqual(before);
      expect((await sandbox.invoke(event, id())).value).toMatchObject({ value: 'hello' });
    } finally {
      await store.stop();
    }
  }, 60_000);

  it('what hangs is let go at the end of the dose, without any network', async () => {
    const dose = { ...doseWith('blackhole'), expiresAt: Date.now() + 1_500 };
    const sandbox = await start(node, { INOCULATE_DOSE: JSON.stringify(dose) });
    const endless = { ...Object(asked()['kept']?.event), timeoutMs: 0 };
    const { value } = await sandbox.invoke(endless, idOf('experimental'));
    expect(value).toMatchObject({ error: { code: 'ETIMEDOUT', syscall: 'connect' } });
    expect(Date.now()).toBeGreaterThanOrEqual(dose.expiresAt);
    expect((await sandbox.invoke(endless, idOf('experimental'))).value).toMatchObject({ value: 'hello' });
  });
});
