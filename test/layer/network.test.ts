import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import {
  startCache,
  startEcho,
  startHttps,
  startPostgres,
  startResetting,
  startTlsEcho,
  type TcpServer,
} from './support/databases.ts';
import { doseOf, idIn } from './support/doses.ts';
import { nodeVersions, Sandboxes, type NodeVersion, type Outcome, type Sandbox } from './support/sandbox.ts';
import { startDependency, type LocalServer } from './support/server.ts';

type Unreachable = Extract<InFunctionFault, { kind: 'dependency.unreachable' }>;
type How = Unreachable['how'];

const sandboxes = new Sandboxes();
let built: Built;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let cache: TcpServer;
let echo: TcpServer;
let tlsEcho: TcpServer;
let secure: TcpServer;
let resetting: TcpServer;
let plain: LocalServer;
let closedPort: number;
beforeAll(async () => {
  [built, postgres, cache, echo, tlsEcho, secure, resetting, plain] = await Promise.all([
    buildAll(),
    startPostgres(),
    startCache(),
    startEcho(),
    startTlsEcho(),
    startHttps(),
    startResetting(),
    startDependency(),
  ]);
  const closed = await startEcho();
  closedPort = closed.port;
  await closed.stop();
}, 60_000);
afterEach(() => sandboxes.stop());
afterAll(async () => {
  built.remove();
  await Promise.all(
    [postgres, cache, echo, tlsEcho, secure, resetting, plain].map((server) => server.stop()),
  );
});

const dose = doseOf([]);
const experimental = (): string => idIn('experimental', dose);
const control = (): string => idIn('control', dose);

function start(node: NodeVersion, faults: readonly Omit<Unreachable, 'kind' | 'target'>[]): Promise<Sandbox> {
  const all = faults.map((fault): Unreachable => ({
    kind: 'dependency.unreachable',
    target: 'checkout',
    ...fault,
  }));
  const env = { INOCULATE_DOSE: JSON.stringify(doseOf(all)) };
  return sandboxes.start({ task: built.task, opt: built.opt, handler: 'esm/network.any', node, env });
}

interface Client {
  readonly name: string;
  readonly port: () => number;
  /** What the function is asked to do with this client. */
  readonly event: (host: string, port: number) => object;
  /** What it gives without any fault. */
  readonly real: unknown;
}

const raw = (name: string, server: () => { readonly port: number }, real: unknown): Client => ({
  name,
  port: () => server().port,
  event: (host, port) => ({ do: name, host, port }),
  real,
});
const overHttp = (name: string, server: () => { readonly port: number }, real: unknown): Client => ({
  name,
  port: () => server().port,
  event: (host, port) => ({ do: name, url: `${name === 'https' ? 'https' : 'http'}://${host}:${port}/` }),
  real,
});
const rawClients = [
  raw('pg', () => postgres, 42),
  raw('ioredis', () => cache, '42'),
  raw('net', () => echo, 'hello'),
  raw('kept', () => echo, 'hello'),
  raw('tls', () => tlsEcho, 'hello'),
];
const httpClients = [
  overHttp('http', () => plain, '"real"'),
  overHttp('https', () => secure, '"real"'),
  overHttp('fetch', () => plain, '"real"'),
  overHttp('undici', () => plain, '"real"'),
  overHttp('axios', () => plain, 'real'),
];
const ownPool = overHttp('undiciPool', () => plain, '"real"');
const clients: readonly Client[] = [...rawClients, ...httpClients, ownPool];

const faultsOn = (host: string, how: How): Omit<Unreachable, 'kind' | 'target'>[] =>
  [...new Set(clients.map(({ port }) => port()))].map((port) => ({ host, port, how }));

/** An outcome in which the place that the error names does not matter. */
function told(outcome: Outcome, host: string, port: number): unknown {
  const { error, value } = Object(outcome.value);
  const text = JSON.stringify({ error, value });
  return JSON.parse(
    text.replaceAll(String(port), '0').replaceAll(`"port":"0"`, '"port":0').replaceAll(host, 'HOST'),
  );
}

describe.each(nodeVersions)('F5, F12: with an unreachable dependency under %s', (node) => {
  it.each(['refused', 'reset', 'dns'] as const)(
    '%s: every client gets the very error that it gets where that really is so',
    async (how) => {
      const sandbox = await start(node, faultsOn('localhost', how));
      const really = {
        refused: { host: 'localhost', port: closedPort },
        reset: { host: 'localhost', port: resetting.port },
        dns: { host: 'nowhere.invalid', port: closedPort },
      }[how];
      for (const { name, event, port } of clients) {
        const injected = await sandbox.invoke(event('localhost', port()), experimental());
        const real = await sandbox.invoke(event(really.host, really.port), control());
        expect({ name, ...Object(told(injected, 'localhost', port())) }).toEqual({
          name,
          ...Object(told(real, really.host, really.port)),
        });
        expect(Object(injected.value).error).toBeDefined();
      }
    },
    60_000,
  );

  it('blackhole: every client runs into its own timeout, and what it used works again afterwards', async () => {
    const sandbox = await start(node, faultsOn('localhost', 'blackhole'));
    const late: Readonly<Record<string, RegExp>> = {
      pg: /Connection terminated due to connection timeout/,
      ioredis: /Command timed out/,
      undiciPool: /UND_ERR_CONNECT_TIMEOUT/,
      fetch: /TimeoutError/,
      undici: /UND_ERR_CONNECT_TIMEOUT/,
      axios: /ECONNABORTED/,
    };
    for (const { name, event, port, real } of clients) {
      const asked = { ...event('localhost', port()), timeoutMs: 300 };
      const { value } = await sandbox.invoke(asked, experimental());
      expect(JSON.stringify(value)).toMatch(late[name] ?? /LATE/);
      expect(Object(value).tookMs).toBeGreaterThanOrEqual(299);
      expect((await sandbox.invoke(event('localhost', port()), control())).value).toMatchObject({
        value: real,
      });
    }
  }, 60_000);

  it.each(['refused', 'reset', 'blackhole', 'dns'] as const)(
    '%s hits connections that were open before; the control group gets new ones, or those that HTTP has kept',
    async (how) => {
      const sandbox = await start(node, faultsOn('localhost', how));
      for (const { name, event, port, real } of clients) {
        const asked = { ...event('localhost', port()), timeoutMs: 300 };
        const before = await sandbox.invoke(asked, control());
        const hit = await sandbox.invoke(asked, experimental());
        const after = await sandbox.invoke(asked, control());
        expect({ name, value: Object(before.value).value }).toEqual({ name, value: real });
        expect({ name, error: Object(hit.value).error }).toEqual({ name, error: expect.anything() });
        expect({ name, value: Object(after.value).value }).toEqual({ name, value: real });
      }
    },
    60_000,
  );

  it('a host is hit at its addresses, and a range whatever name it was reached by: new and open connections', async () => {
    const how = 'refused';
    const byHost = await start(node, faultsOn('localhost', how));
    const byRange = await start(node, [{ cidr: '127.0.0.0/8', how }]);
    const byPort = await start(node, [
      { port: postgres.port, how },
      { port: plain.port, how },
    ]);
    for (const { name, event, port, real } of clients) {
      const cases = [
        [byHost, '127.0.0.1'],
        [byRange, '127.0.0.1'],
        [byRange, 'localhost'],
        ...([postgres.port, plain.port].includes(port()) ? ([[byPort, '127.0.0.1']] as const) : []),
      ] as const;
      for (const [sandbox, host] of cases) {
        const asked = event(host, port());
        const fresh = await sandbox.invoke(asked, experimental());
        const before = await sandbox.invoke(asked, control());
        const open = await sandbox.invoke(asked, experimental());
        expect({ name, host, error: Object(fresh.value).error }).toEqual({
          name,
          host,
          error: expect.anything(),
        });
        expect({ name, host, value: Object(before.value).value }).toEqual({ name, host, value: real });
        expect({ name, host, error: Object(open.value).error }).toEqual({
          name,
          host,
          error: expect.anything(),
        });
      }
    }
  }, 60_000);

  it('what is at another port, at another address, or called otherwise is left alone', async () => {
    const how = 'refused';
    const elsewhere = echo.port === 5432 ? 5433 : 5432;
    const sandbox = await start(node, [
      { host: 'localhost', port: elsewhere, how },
      { host: '*.localhost', how },
      { cidr: '10.0.0.0/8', how },
      { cidr: '127.0.0.0/8', port: elsewhere, how },
      { service: 'dynamodb', how },
    ]);
    for (const { name, event, port, real } of clients) {
      const { value } = await sandbox.invoke(event('localhost', port()), experimental());
      expect({ name, value: Object(value).value }).toEqual({ name, value: real });
    }
  }, 60_000);

  it('dns: names are not found by who only looks them up; addresses need no name', async () => {
    const sandbox = await start(node, [{ host: 'localhost', how: 'dns' }]);
    for (const how of ['lookup', 'lookupBack']) {
      const event = { do: how, host: 'localhost' };
      expect((await sandbox.invoke(event, experimental())).value).toMatchObject({
        error: { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'localhost' },
      });
      expect((await sandbox.invoke(event, control())).value).toMatchObject({ value: expect.anything() });
    }
    expect((await sandbox.invoke({ do: 'resolve', host: 'localhost' }, experimental())).value).toMatchObject({
      error: { code: 'ENOTFOUND', syscall: 'queryA', hostname: 'localhost' },
    });
    const literal = await sandbox.invoke({ do: 'net', host: '127.0.0.1', port: echo.port }, experimental());
    expect(literal.value).toMatchObject({ value: 'hello' });
  });

  it('each connection is drawn and counted by itself, and only: [1] lets the second through', async () => {
    const place = { host: 'localhost', port: echo.port };
    const first = await start(node, [{ ...place, how: 'refused', only: [1] }]);
    const twice = { do: 'net', ...place, many: 2 };
    expect((await first.invoke(twice, experimental())).value).toMatchObject({
      many: [{ error: { code: 'ECONNREFUSED' } }, { value: 'hello' }],
    });
    expect(fired(first)).toEqual({ f1: 1 });
    const some = await start(node, [{ ...place, how: 'refused', rate: 0.5 }]);
    const { value } = await some.invoke({ ...twice, many: 40 }, experimental());
    const failures = Object(value).many.filter(({ error }: { error?: object }) => error !== undefined).length;
    expect(failures).toBeGreaterThan(5);
    expect(failures).toBeLessThan(35);
    expect(fired(some)).toEqual({ f1: failures });
  });
});

/** What the EMF lines say was injected, in all. */
function fired(sandbox: Sandbox): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of sandbox.output.split('\n').filter((text) => text.startsWith('{"_aws"'))) {
    const { fired: some } = JSON.parse(line) as { fired: Record<string, number> };
    for (const [id, count] of Object.entries(some)) counts[id] = (counts[id] ?? 0) + count;
  }
  return counts;
}
