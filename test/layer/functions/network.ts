// A function that reaches databases, caches and HTTP services with the clients that people use. Bundled by the tests.
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import axios from 'axios';
import { Redis } from 'ioredis';
import pg, { type Pool } from 'pg';
import * as undici from 'undici';

interface Wanted {
  readonly do: string;
  readonly host?: string;
  readonly port?: number;
  readonly url?: string;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly maxAttempts?: number;
}

// As functions keep them, for all invocations of the sandbox.
const httpAgent = new http.Agent({ keepAlive: true });
const httpsAgent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
const axiosClient = axios.create({ httpAgent, httpsAgent, proxy: false });
undici.setGlobalDispatcher(new undici.Agent({ connect: { timeout: 300 } }));
const ownPool = new Map<string, undici.Pool>();
const pools = new Map<string, Pool>();
const caches = new Map<string, Redis>();
const sockets = new Map<string, net.Socket>();
const clients = new Map<string, DynamoDBClient>();
let s3: S3Client | undefined;

const actions: Readonly<Record<string, (wanted: Wanted) => Promise<unknown>>> = {
  pg: async ({ host, port }) => {
    const key = `${host}:${port}`;
    const pool =
      pools.get(key) ??
      new pg.Pool({
        ...{ host, port, user: 'postgres', password: 'x', database: 'postgres', max: 2 },
        ...{ connectionTimeoutMillis: 500, query_timeout: 500 },
      });
    if (!pools.has(key)) pool.on('error', () => undefined); // as pg's documentation asks for
    pools.set(key, pool);
    const { rows } = await pool.query<{ answer: number }>('SELECT 42 AS answer');
    return rows[0]?.answer;
  },
  ioredis: async ({ host, port }) => {
    const key = `${host}:${port}`;
    const cache =
      caches.get(key) ??
      new Redis({
        ...{ host: host ?? '', port: port ?? 0, maxRetriesPerRequest: 1, retryStrategy: () => 10 },
        ...{ connectTimeout: 500, commandTimeout: 500 },
        enableReadyCheck: false,
      });
    if (!caches.has(key)) cache.on('error', () => undefined);
    caches.set(key, cache);
    return cache.get('answer');
  },
  net: ({ host, port, timeoutMs }) => echoed(() => net.connect({ host, port: port ?? 0 }), timeoutMs),
  tls: ({ host, port, timeoutMs }) =>
    echoed(() => tls.connect({ host, port: port ?? 0, rejectUnauthorized: false }), timeoutMs),
  /** Over a socket that is opened once and kept. */
  kept: ({ host, port, timeoutMs }) => {
    const key = `${host}:${port}`;
    return echoed(() => {
      const known = sockets.get(key);
      if (known !== undefined && !known.destroyed) return known;
      const socket = net.connect({ host, port: port ?? 0 });
      sockets.set(key, socket);
      return socket;
    }, timeoutMs);
  },
  http: ({ url, body, timeoutMs }) => viaRequest(http, httpAgent, url, body, timeoutMs),
  https: ({ url, body, timeoutMs }) => viaRequest(https, httpsAgent, url, body, timeoutMs),
  fetch: async ({ url, timeoutMs }) => {
    const signal = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) };
    return (await fetch(url ?? '', signal)).text();
  },
  undici: async ({ url }) => {
    const { body } = await undici.request(url ?? '');
    return body.text();
  },
  undiciPool: async ({ url }) => {
    const origin = new URL(url ?? '').origin;
    const pool =
      ownPool.get(origin) ?? new undici.Pool(origin, { connect: { timeout: 300 }, headersTimeout: 300 });
    ownPool.set(origin, pool);
    const { body } = await pool.request({ path: '/', method: 'GET' });
    return body.text();
  },
  axios: async ({ url, timeoutMs }) =>
    (await axiosClient.get<unknown>(url ?? '', { timeout: timeoutMs ?? 0 })).data,
  /** The first Region that answers. */
  regions: async ({ endpoints = {}, timeoutMs, maxAttempts }) => {
    const failures: string[] = [];
    for (const [region, endpoint] of Object.entries(endpoints)) {
      const client =
        clients.get(region) ??
        new DynamoDBClient({
          ...{ region, endpoint, maxAttempts: maxAttempts ?? 1 },
          requestHandler: { connectionTimeout: timeoutMs ?? 200, socketTimeout: timeoutMs ?? 300 },
        });
      clients.set(region, client);
      try {
        await client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: '1' } } }));
        return { region, failures };
      } catch (error) {
        failures.push(`${region} ${error instanceof Error ? error.name : String(error)}`);
      }
    }
    return { region: null, failures };
  },
  s3: async ({ url, timeoutMs }) => {
    s3 ??= new S3Client({
      ...{ region: 'eu-west-1', endpoint: url ?? '', forcePathStyle: true, maxAttempts: 1 },
      requestHandler: { connectionTimeout: timeoutMs ?? 200, socketTimeout: timeoutMs ?? 300 },
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'carts', Key: '1' }));
    return Body?.transformToString();
  },
  lookup: async ({ host }) => (await dns.promises.lookup(host ?? '')).address,
  lookupBack: ({ host }) =>
    new Promise((resolve, reject) => {
      dns.lookup(host ?? '', (error, address) => (error === null ? resolve(address) : reject(error)));
    }),
  resolve: async ({ host }) => dns.promises.resolve4(host ?? ''),
  untouched: async () => {
    const now = patchable();
    return Object.fromEntries(Object.keys(now).map((name) => [name, now[name] === atStart[name]]));
  },
  /** Opens what `kept` uses without using it. */
  nothing: async () => 'done',
};

export async function any(event: Wanted & { readonly many?: number }): Promise<unknown> {
  if (event.many === undefined) return once(event);
  const many: unknown[] = [];
  for (let done = 0; done < event.many; done += 1) many.push(await once(event));
  return { many };
}

async function once(event: Wanted): Promise<unknown> {
  const startedAt = performance.now();
  try {
    return { value: await actions[event.do]?.(event), tookMs: performance.now() - startedAt };
  } catch (error) {
    return { error: told(error), tookMs: performance.now() - startedAt };
  }
}

/** An error with all that programs look at in it. */
function told(error: unknown): unknown {
  const of = Object(error);
  const { name, message, code, errno, syscall, address, port, hostname } = of;
  return JSON.parse(
    JSON.stringify({
      ...{ name, message, code, errno, syscall, address, port, hostname },
      ...(of.cause === undefined ? {} : { cause: told(of.cause) }),
      ...(Array.isArray(of.errors) ? { errors: of.errors.map(told) } : {}),
    }),
  );
}

function echoed(open: () => net.Socket, timeoutMs = 0): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = open();
    const isKept = [...sockets.values()].includes(socket);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      for (const [event, listener] of listeners) socket.off(event, listener);
      socket.on('error', () => undefined);
      if (!isKept) socket.destroy();
      end();
    };
    const listeners: [string, (what: unknown) => void][] = [
      ['data', (data) => settle(() => resolve(String(data)))],
      ['error', (error) => settle(() => reject(error))],
      ['close', () => settle(() => reject(new Error('closed')))],
    ];
    for (const [event, listener] of listeners) socket.on(event, listener);
    const timer =
      timeoutMs > 0
        ? setTimeout(
            () => settle(() => reject(Object.assign(new Error('too late'), { code: 'LATE' }))),
            timeoutMs,
          )
        : undefined;
    socket.write('hello');
  });
}

function viaRequest(
  module: typeof http | typeof https,
  agent: http.Agent,
  url = '',
  body: string | undefined,
  timeoutMs = 0,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const request = module.request(url, { agent, method, timeout: timeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    request.on('timeout', () => request.destroy(Object.assign(new Error('too late'), { code: 'LATE' })));
    request.on('error', reject);
    request.end(body);
  });
}

/** What the layer could have patched, by identity with what was there at the start. */
function patchable(): Record<string, unknown> {
  const probe = new net.Socket();
  probe.connect({ host: 'localhost', port: 1, lookup: () => undefined });
  const handle: object = Object.getPrototypeOf(Reflect.get(probe, '_handle'));
  probe.destroy();
  const owners: Record<string, object> = {
    'net.Socket': net.Socket.prototype,
    handle,
    tls: tls.TLSSocket.prototype,
    dns,
    'dns.promises': dns.promises,
    Resolver: dns.Resolver.prototype,
    'promises.Resolver': dns.promises.Resolver.prototype,
    'http.Agent': http.Agent.prototype,
  };
  return Object.fromEntries(
    Object.entries(owners).flatMap(([owner, object]) =>
      Reflect.ownKeys(object).map((key) => [
        `${owner}.${String(key)}`,
        Object.getOwnPropertyDescriptor(object, key)?.value,
      ]),
    ),
  );
}
const atStart = patchable();
