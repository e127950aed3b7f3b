import http from 'node:http';
import http2 from 'node:http2';
import type { Unreachable } from '../../src/layer/faults/module.ts';
import type { BoundInjection, Gate } from '../../src/layer/intercept/gate.ts';
import { interceptCalls } from '../../src/layer/intercept/intercept.ts';
import { LocalHttp2Server } from './support/http2-server.ts';
import { startDependency, type LocalServer } from './support/server.ts';

// How the ways out of a function carry out what `consider` decides; the decision itself is proved elsewhere.

let plain: LocalServer;
let multiplexed: LocalHttp2Server;
let counted = 0;
let restore = (): void => undefined;
let comeBack = (): void => undefined;
const agent = new http.Agent({ keepAlive: true });
beforeEach(async () => {
  plain = await startDependency();
  multiplexed = await LocalHttp2Server.start();
  counted = 0;
});
afterEach(async () => {
  restore();
  agent.destroy();
  await plain.stop();
  await multiplexed.stop();
});

/** Every call meets this; `comeBack` ends a blackhole. */
function makeUnreachable(how: Unreachable['how']): void {
  const injection: BoundInjection = {
    delayMs: 0,
    delayedBy: [],
    answer: undefined,
    unreachable: { how },
    endedBy: 'f1',
    isAllowed: () => true,
    confirm: async () => true,
    delay: async () => true,
    outlast: () => new Promise((resolve) => (comeBack = resolve)),
    ended: () => (counted += 1),
  };
  const gate: Gate = {
    consider: () => ({ needsBody: false, mayBeAnswered: true, decide: () => injection }),
  };
  restore = interceptCalls(gate);
}

interface Met {
  readonly error?: unknown;
  readonly status?: number | undefined;
  readonly body?: string;
  readonly reused?: boolean;
  readonly timedOut?: boolean;
  readonly connecting?: boolean;
}

function viaHttp(options: { timeoutMs?: number; body?: string } = {}): Promise<Met> {
  return new Promise((resolve) => {
    let connecting: boolean | undefined;
    const request = http.request(plain.url, { agent, method: 'POST', timeout: options.timeoutMs ?? 0 });
    request.on('socket', (socket) => (connecting = socket.connecting));
    request.on('timeout', () => {
      resolve({ timedOut: true, connecting: connecting ?? false });
      request.destroy();
    });
    request.on('error', (error) => resolve({ error, reused: request.reusedSocket }));
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.end(options.body ?? 'order');
  });
}

async function viaFetch(): Promise<Met> {
  try {
    const response = await fetch(plain.url, { method: 'POST', body: 'order' });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    return { error: Reflect.get(Object(error), 'cause') };
  }
}

function viaHttp2(session: http2.ClientHttp2Session, timeoutMs = 0): Promise<Met> {
  return new Promise((resolve) => {
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    let status: number | undefined;
    let body = '';
    stream.setTimeout(timeoutMs, () => {
      resolve({ timedOut: true });
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    stream.on('response', (headers) => (status = headers[':status']));
    stream.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    stream.on('error', (error) => resolve({ error }));
    stream.on('end', () => resolve({ status, body }));
    stream.end('order');
  });
}

const errors = [
  ['refused', { code: 'ECONNREFUSED', syscall: 'connect', errno: -111, address: '127.0.0.1' }],
  ['dns', { code: 'ENOTFOUND', syscall: 'getaddrinfo', errno: -3008, hostname: '127.0.0.1' }],
  ['reset', { code: 'ECONNRESET', syscall: 'read', errno: -104 }],
] as const;

describe.each(errors)('%s', (how, error) => {
  it('node:http meets the error that a socket would give', async () => {
    makeUnreachable(how);
    expect(await viaHttp()).toMatchObject({ error, reused: false });
    expect([plain.seen, counted]).toEqual([[], 1]);
  });

  it('fetch meets the error that a socket would give', async () => {
    makeUnreachable(how);
    expect(await viaFetch()).toMatchObject({ error });
    expect([plain.seen, counted]).toEqual([[], 1]);
  });

  it('HTTP/2 meets it on the request, and its session lives on', async () => {
    const session = http2.connect(multiplexed.url);
    expect(await viaHttp2(session)).toMatchObject({ status: 200 });
    makeUnreachable(how);
    expect(await viaHttp2(session)).toMatchObject({ error });
    restore();
    expect(await viaHttp2(session)).toMatchObject({ status: 200 });
    expect([multiplexed.seen.length, multiplexed.connections, counted]).toEqual([2, 1, 1]);
    session.destroy();
  });
});

it('reset: a kept-alive connection breaks under the request, which knows that it was used before', async () => {
  expect(await viaHttp()).toMatchObject({ status: 200 });
  await new Promise(setImmediate);
  makeUnreachable('reset');
  expect(await viaHttp()).toMatchObject({ error: { code: 'ECONNRESET' }, reused: true });
  restore();
  expect(await viaHttp()).toMatchObject({ status: 200 });
  expect(plain.connections).toBe(2);
});

describe('blackhole', () => {
  it('node:http: a new connection is never established, and the client times out', async () => {
    makeUnreachable('blackhole');
    expect(await viaHttp({ timeoutMs: 50 })).toEqual({ timedOut: true, connecting: true });
    comeBack();
    expect([plain.seen, plain.connections, counted]).toEqual([[], 0, 1]);
  });

  it('node:http: an open connection takes the request and gives no answer', async () => {
    await viaHttp();
    await new Promise(setImmediate);
    makeUnreachable('blackhole');
    expect(await viaHttp({ timeoutMs: 50 })).toEqual({ timedOut: true, connecting: false });
    comeBack();
    expect(plain.seen).toHaveLength(1);
  });

  it.each([false, true])(
    'node:http: what was sent arrives once it is over (connection open: %s)',
    async (open) => {
      if (open) await viaHttp();
      await new Promise(setImmediate);
      makeUnreachable('blackhole');
      const body = 'x'.repeat(200_000);
      const met = viaHttp({ body });
      await new Promise((resolve) => setTimeout(resolve, 20));
      comeBack();
      expect(await met).toEqual({ status: 200, body: '"real"' });
      expect(plain.seen.at(-1)?.body).toBe(body);
    },
  );

  it('fetch and HTTP/2: what was sent arrives once it is over', async () => {
    makeUnreachable('blackhole');
    const fetched = viaFetch();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(plain.seen).toEqual([]);
    comeBack();
    expect(await fetched).toEqual({ status: 200, body: '"real"' });
    const session = http2.connect(multiplexed.url);
    const met = viaHttp2(session);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(multiplexed.seen).toEqual([]);
    comeBack();
    expect(await met).toEqual({ status: 200, body: '"real"' });
    session.destroy();
  });

  it('HTTP/2: the client times out', async () => {
    makeUnreachable('blackhole');
    const session = http2.connect(multiplexed.url);
    expect(await viaHttp2(session, 50)).toEqual({ timedOut: true });
    comeBack();
    expect(multiplexed.seen).toEqual([]);
    session.destroy();
  });
});
