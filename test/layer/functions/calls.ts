// A function that calls others, with the clients that people use. Bundled by the tests.
import http from 'node:http';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

interface Wanted {
  readonly endpoint?: string;
  readonly url?: string;
  readonly table?: string;
  readonly functionName?: string;
  readonly operation?: string;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly many?: number;
  readonly maxAttempts?: number;
}

let dynamo: DynamoDBClient | undefined;
let lambda: LambdaClient | undefined;
const agent = new http.Agent({ keepAlive: true });
// Taken before any dose is known, as frameworks do.
const capturedRequest = http.request;

export async function dynamodb(event: Wanted): Promise<unknown> {
  dynamo ??= new DynamoDBClient({
    ...(event.endpoint === undefined ? {} : { endpoint: event.endpoint }),
    maxAttempts: event.maxAttempts ?? 3,
  });
  const client = dynamo;
  const TableName = event.table ?? 'orders';
  return told(() =>
    event.operation === 'PutItem'
      ? client.send(new PutItemCommand({ TableName, Item: { id: { S: '1' } } }))
      : client.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } })),
  );
}

export async function invokeLambda(event: Wanted): Promise<unknown> {
  lambda ??= new LambdaClient({
    ...(event.endpoint === undefined ? {} : { endpoint: event.endpoint }),
    maxAttempts: event.maxAttempts ?? 3,
  });
  const client = lambda;
  return told(() =>
    client.send(new InvokeCommand({ FunctionName: event.functionName ?? 'pricing', Payload: '{}' })),
  );
}

export async function viaFetch(event: Wanted): Promise<unknown> {
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: event.many ?? 1 }, async () => {
      const response = await fetch(event.url ?? '', {
        ...(event.body === undefined ? {} : { method: 'POST', body: event.body }),
        ...(event.timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(event.timeoutMs) }),
      }).catch((error: unknown) => String(error));
      return typeof response === 'string'
        ? response
        : { status: response.status, body: await response.text() };
    }),
  );
  return { answers, tookMs: performance.now() - startedAt };
}

export async function viaHttp(event: Wanted): Promise<unknown> {
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: event.many ?? 1 }, () => httpCall(event)));
  return { answers, tookMs: performance.now() - startedAt };
}

function httpCall(event: Wanted): Promise<unknown> {
  return new Promise((resolve) => {
    const request = capturedRequest(
      event.url ?? '',
      { agent, method: event.body === undefined ? 'GET' : 'POST', timeout: event.timeoutMs ?? 0 },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', (error) => resolve(`${String(Reflect.get(error, 'code'))}: ${error.message}`));
    request.end(event.body);
  });
}

/** What the layer could have patched, by identity with what was there at the start. */
const atStart = patchable();
export async function untouched(): Promise<unknown> {
  const now = patchable();
  return Object.fromEntries(Object.keys(now).map((name) => [name, now[name] === atStart[name]]));
}

function patchable(): Record<string, unknown> {
  void globalThis.Headers;
  const dispatcher: unknown =
    Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.2')) ??
    Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
  return {
    addRequest: Reflect.get(http.Agent.prototype, 'addRequest'),
    request: http.request,
    fetch: globalThis.fetch,
    dispatcher,
    dispatch:
      typeof dispatcher === 'object' && dispatcher !== null ? Reflect.get(dispatcher, 'dispatch') : undefined,
  };
}

/** One function for everything, so that one warm sandbox can do it in turn. */
export async function any(event: Wanted & { readonly do: string }): Promise<unknown> {
  const actions: Record<string, (wanted: Wanted) => Promise<unknown>> = {
    dynamodb,
    invokeLambda,
    viaFetch,
    viaHttp,
    untouched,
    nothing: async () => 'done',
    wait: async ({ timeoutMs }) =>
      new Promise((resolve) => setTimeout(() => resolve('waited'), timeoutMs ?? 0)),
    fail: async () => {
      throw new TypeError('of its own');
    },
  };
  return actions[event.do]?.(event);
}

async function told(send: () => Promise<{ $metadata: { attempts?: number } }>): Promise<unknown> {
  const startedAt = performance.now();
  try {
    const { $metadata } = await send();
    return { ok: true, attempts: $metadata.attempts, tookMs: performance.now() - startedAt };
  } catch (error) {
    const metadata: unknown = Reflect.get(Object(error), '$metadata');
    return {
      ok: false,
      error: error instanceof Error ? error.name : String(error),
      constructor: String(Object(error).constructor.name).replace(/^_/, ''), // a bundler may rename a class
      fault: Reflect.get(Object(error), '$fault'),
      status: Reflect.get(Object(metadata), 'httpStatusCode'),
      attempts: Reflect.get(Object(metadata), 'attempts'),
      tookMs: performance.now() - startedAt,
    };
  }
}
