// A function that tells what its sandbox is like, and does what a fault would make fail. Bundled by the tests.
import { lookup } from 'node:dns/promises';
import { rmSync, writeFileSync } from 'node:fs';
import http, { request } from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changed, remember, traces } from './traces.ts';

interface Wanted {
  readonly do: string;
  readonly ms?: number;
  readonly bytes?: number;
  readonly url?: string;
}

declare const awslambda: {
  streamifyResponse<T>(handler: T): T;
};

let invocations = 0;

async function cpuWithin(ms: number): Promise<number> {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** So that it is taken for a call to DynamoDB. */
const signed = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-target': 'DynamoDB_20120810.GetItem',
};
const agent = new http.Agent({ keepAlive: true });
const realNow = Date.now;

function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error), 'code') ?? String(error);
}

function viaHttp(url: string): Promise<unknown> {
  return new Promise((resolve) => {
    request(url, { agent, method: 'POST', headers: signed, timeout: 500 }, (response) => {
      response.on('end', () => resolve(response.statusCode)).resume();
    })
      .on('timeout', function (this: http.ClientRequest) {
        this.destroy();
      })
      .on('error', (error) => resolve(codeOf(error)))
      .end('{}');
  });
}

async function viaFetch(url: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(500);
    const response = await fetch(url, { method: 'POST', headers: signed, body: '{}', signal });
    await response.text();
    return response.status;
  } catch (error) {
    return codeOf(error);
  }
}

function viaNet(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.destroy());
    socket.setTimeout(500, () => socket.destroy());
    socket.on('error', () => undefined).on('close', () => resolve('closed'));
  });
}

function viaHttp2(url: string): Promise<unknown> {
  return new Promise((resolve) => {
    const session = http2.connect(url);
    const stream = session.request({ ':path': '/' });
    const end = (): void => {
      session.destroy();
      resolve('closed');
    };
    session.on('error', end).setTimeout(500, end);
    stream.on('error', end).on('end', end).resume();
  });
}

const actions: Record<string, (wanted: Wanted) => Promise<unknown>> = {
  nothing: async () => 'done',
  life: async (event) => ({ invocations, event }),
  /** What of Node has been loaded, by the names of its own modules. */
  modules: async () => [...(Reflect.get(process, 'moduleLoadList') as string[])],
  look: async () => traces(),
  remember: async () => remember(),
  changed: async () => changed(),
  wait: async ({ ms = 0 }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return traces();
  },
  write: async ({ bytes = 0 }) => {
    const path = join(tmpdir(), 'own');
    try {
      writeFileSync(path, Buffer.alloc(bytes));
      return 'written';
    } catch (error) {
      return Reflect.get(Object(error), 'code');
    } finally {
      rmSync(path, { force: true });
    }
  },
  cpu: async ({ ms = 0 }) => cpuWithin(ms),
  fail: async () => {
    throw new TypeError('of its own');
  },
  large: async ({ bytes = 0 }) => 'x'.repeat(bytes),
  own: async () => ({ toJSON: () => ({ by: 'itself' }) }),
  nothingAtAll: async () => undefined,
  hangs: async () => new Promise(() => undefined),
  /** By every way that people take to reach something; what comes of it is not asked. */
  reach: async ({ url = '' }) => {
    const port = Number(new URL(url).port);
    return Promise.all([
      viaHttp(url),
      viaFetch(url),
      viaNet(port),
      viaHttp2(url),
      lookup('localhost').catch(codeOf),
    ]);
  },
  clock: async ({ ms = 0 }) => {
    Date.now = () => realNow() + ms;
    return 'set';
  },
};

export async function any(event: Wanted): Promise<unknown> {
  invocations += 1;
  return actions[event.do]?.(event);
}

/** The same, its answer streamed in two parts. */
export const streamed = awslambda.streamifyResponse(
  async (event: Wanted, stream: NodeJS.WritableStream): Promise<void> => {
    invocations += 1;
    const answer = JSON.stringify(await actions[event.do]?.(event));
    stream.write(answer.slice(0, 3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    stream.end(answer.slice(3));
    if (event.ms !== undefined) await new Promise((resolve) => setTimeout(resolve, event.ms));
  },
);
