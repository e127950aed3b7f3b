// A function that calls others by clients that have a way of their own to a connection. Bundled by the tests.
import http from 'node:http';
import net from 'node:net';
import { Writable } from 'node:stream';
import agentBase from 'agent-base';
import axios from 'axios';
import * as ours from 'undici';

interface Wanted {
  readonly url: string;
  readonly how: string;
  /** "own": the copy of undici in this bundle; "other": one in a bundle of its own. */
  readonly copy?: string;
  readonly body?: string;
  readonly many?: number;
  readonly timeoutMs?: number;
}

type Undici = typeof ours;
let other: Undici | undefined;

async function copyOf(event: Wanted): Promise<Undici> {
  if (event.copy !== 'other') return ours;
  const [format = ''] = (process.env['INOCULATE_HANDLER'] ?? process.env['_HANDLER'] ?? '').split('/');
  const path = `${process.env['LAMBDA_TASK_ROOT']}/${format}/undici-copy.${format === 'esm' ? 'mjs' : 'js'}`;
  const { default: loaded } = (await import(path)) as { default: Undici & { default?: Undici } };
  other ??= loaded.default ?? loaded; // CommonJS is one level deeper
  return other;
}

const made = new Map<string, unknown>();
function once<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}

/** Calls through undici, with a dispatcher that is made once and kept, as functions do. */
async function viaUndici(event: Wanted): Promise<unknown> {
  const undici = await copyOf(event);
  const { Agent, Client, Pool, fetch, interceptors, request, stream } = undici;
  const key = `${event.copy} ${event.how}`;
  const method = event.body === undefined ? 'GET' : 'POST';
  const bare = { method, body: event.body ?? null } as const;
  const options = { ...bare, path: '/pay?x=1' } as const;
  const read = async (answer: ours.Dispatcher.ResponseData): Promise<unknown> => ({
    status: answer.statusCode,
    body: await answer.body.text(),
  });
  const url = `${event.url}${options.path}`;
  switch (event.how) {
    case 'pool':
      return read(await once(key, () => new Pool(event.url, { connections: 2 })).request(options));
    case 'client':
      return read(await once(key, () => new Client(event.url)).request(options));
    case 'agent':
      return read(await request(url, { ...bare, dispatcher: once(key, () => new Agent()) }));
    case 'global':
      return read(await request(url, bare));
    case 'composed': {
      const retry = interceptors.retry({ maxRetries: 2, minTimeout: 1, statusCodes: [503] });
      const dispatcher = once(key, () => new Client(event.url).compose(retry));
      return read(await dispatcher.request({ ...options, method: 'GET' }));
    }
    case 'fetch': {
      const dispatcher = once(key, () => new Agent());
      const answer = await fetch(url, { method, body: event.body ?? null, dispatcher });
      return { status: answer.status, body: await answer.text() };
    }
    default: {
      const chunks: Buffer[] = [];
      let status = 0;
      const dispatcher = once(key, () => new Pool(event.url));
      await stream(url, { ...bare, dispatcher }, ({ statusCode }) => {
        status = statusCode;
        return new Sink(chunks);
      });
      return { status, body: Buffer.concat(chunks).toString() };
    }
  }
}

class Sink extends Writable {
  readonly chunks: Buffer[];
  constructor(chunks: Buffer[]) {
    super();
    this.chunks = chunks;
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
}

async function viaAxios(event: Wanted): Promise<unknown> {
  const adapter = event.how === 'axios-fetch' ? 'fetch' : 'http';
  const client = once(adapter, () =>
    axios.create({ adapter, validateStatus: () => true, responseType: 'text' }),
  );
  const { status, data } = await client.request<string>({
    url: event.url,
    method: event.body === undefined ? 'GET' : 'POST',
    ...(event.body === undefined ? {} : { data: event.body }),
    ...(event.timeoutMs === undefined ? {} : { timeout: event.timeoutMs }),
    transformResponse: (text: unknown) => text,
  });
  return { status, body: String(data) };
}

/** Keeps its connections, and has a way of its own to hand them out. */
class OwnAgent extends http.Agent {
  addRequest(request: http.ClientRequest, options: http.RequestOptions): void {
    Reflect.apply(Reflect.get(http.Agent.prototype, 'addRequest'), this, [request, options]);
  }
}

/** As some clients bring them: no http.Agent at all. */
class BareAgent {
  readonly keepAlive = false;
  addRequest(request: http.ClientRequest, options: http.RequestOptions): void {
    setImmediate(() => request.onSocket(net.connect(Number(options.port), String(options.host))));
  }
}

const agents: Record<string, () => http.RequestOptions> = {
  'agent-base': () => ({
    agent: once('agent-base', () =>
      agentBase((_request, options) => net.connect(Number(options.port), String(options.host))),
    ) as unknown as http.Agent,
  }),
  'own-agent': () => ({ agent: once('own-agent', () => new OwnAgent({ keepAlive: true })) }),
  'bare-agent': () => ({ agent: once('bare-agent', () => new BareAgent()) as unknown as http.Agent }),
  'no-agent': () => ({ agent: false }),
  'create-connection': () => ({ createConnection: (options) => net.connect(options as net.NetConnectOpts) }),
  'create-connection-later': () => ({
    createConnection: (options, created) => {
      const socket = net.connect(options as net.NetConnectOpts, () => created(null, socket));
      return undefined;
    },
  }),
  'create-connection-of-agent': () => ({
    agent: false,
    createConnection: (options) => net.connect(options as net.NetConnectOpts),
  }),
};

function viaAgent(event: Wanted): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const method = event.body === undefined ? 'GET' : 'POST';
    const options = { method, timeout: event.timeoutMs ?? 0, ...agents[event.how]?.() };
    const request = http.request(event.url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', reject);
    request.end(event.body);
  });
}

/** Makes `many` calls at once and says what each of them met. */
export async function call(event: Wanted): Promise<unknown> {
  const startedAt = performance.now();
  const way = event.how.startsWith('axios') ? viaAxios : event.how in agents ? viaAgent : viaUndici;
  const answers = await Promise.all(
    Array.from({ length: event.many ?? 1 }, () =>
      way(event).catch((error: unknown) => ({
        error: String(
          Reflect.get(Object(error), 'code') ??
            Reflect.get(Object(Reflect.get(Object(error), 'cause')), 'code') ??
            error,
        ),
      })),
    ),
  );
  return { answers, tookMs: performance.now() - startedAt };
}
