import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AsyncInvocations } from './async-invocations.ts';
import type { Logs } from './logs.ts';
import type { Pool, PoolResult } from './pool.ts';
import { responseStream } from './response-stream.ts';
import { addressOf } from './sandbox/runtime-api.ts';
import type { Served } from './sandbox/outcome.ts';
import type { LocalService } from './service/model.ts';

export interface InvokeApiOptions {
  readonly service: LocalService;
  readonly pool: Pool;
  readonly asynchronous: AsyncInvocations;
  readonly logs: Logs;
}

export interface InvokeApi {
  /** `http://127.0.0.1:…` */
  readonly endpoint: string;
  close(): Promise<void>;
}

const maxRequestBytes = 6 * 1024 * 1024;
const maxEventBytes = 1024 * 1024;

/** One answer of the API, before it is written. */
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Serves Lambda's Invoke API for the functions of one service, in the shapes that the real SDKs understand. */
export async function serveInvokeApi(options: InvokeApiOptions): Promise<InvokeApi> {
  const server = http.createServer((request, response) => {
    answer(options, request).then(
      ({ status, headers, body }) => {
        const requestId = headers['x-amzn-requestid'] ?? randomUUID();
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-amzn-requestid': requestId,
          ...headers,
        });
        response.end(body);
      },
      // The caller hung up in mid-request.
      () => response.destroy(),
    );
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${addressOf(server).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(options: InvokeApiOptions, request: http.IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const match =
    /^\/(2015-03-31|2021-11-15)\/functions\/([^/]+)\/(invocations|response-streaming-invocations)$/.exec(
      url.pathname,
    );
  const body = await readBody(request);
  if (request.method !== 'POST' || match?.[2] === undefined) return notServed(options, request, url);
  if (body === undefined) {
    const message = `Request must be smaller than ${maxRequestBytes} bytes for the InvokeFunction operation`;
    return refusal(413, 'RequestTooLargeException', message);
  }
  const key = findFunction(options.service, decodeURIComponent(match[2]), url.searchParams.get('Qualifier'));
  if (typeof key !== 'string') return key;
  const invalid = invalidJson(body);
  if (invalid !== undefined) {
    const message = `Could not parse request body into json: ${invalid}`;
    return refusal(400, 'InvalidRequestContentException', message);
  }
  const payload = body.length === 0 ? Buffer.from('{}') : body;
  if (match[3] === 'response-streaming-invocations') {
    return streamed(await options.pool.invoke(key, payload));
  }
  return invoke(options, key, payload, request.headers);
}

async function invoke(
  { pool, asynchronous }: InvokeApiOptions,
  key: string,
  payload: Buffer,
  headers: http.IncomingHttpHeaders,
): Promise<Reply> {
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  switch (type) {
    case 'DryRun':
      return { status: 204, headers: {}, body: '' };
    case 'Event': {
      if (payload.length > maxEventBytes) {
        const message = `${payload.length} byte payload is too large for the Event invocation type (limit ${maxEventBytes} bytes)`;
        return refusal(413, 'RequestTooLargeException', message);
      }
      const requestId = asynchronous.accept(key, payload);
      return requestId === undefined
        ? throttled()
        : { status: 202, headers: { 'x-amzn-requestid': requestId }, body: '' };
    }
    case 'RequestResponse':
      return answered(await pool.invoke(key, payload), headers['x-amz-log-type'] === 'Tail');
    default:
      return refusal(
        400,
        'InvalidParameterValueException',
        `InvocationType must be RequestResponse, Event or DryRun, not ${String(type)}`,
      );
  }
}

function answered(result: PoolResult, withLog: boolean): Reply {
  switch (result.kind) {
    case 'throttled':
      return throttled();
    case 'stopped':
      return refusal(500, 'ServiceException', 'The host is stopping.');
    case 'served': {
      const { served, requestId } = result;
      const log = withLog ? { 'x-amz-log-result': Buffer.from(served.logTail).toString('base64') } : {};
      return {
        status: 200,
        headers: { ...statusHeaders(served), ...log, 'x-amzn-requestid': requestId },
        body: bodyOf(served),
      };
    }
  }
}

function streamed(result: PoolResult): Reply {
  if (result.kind !== 'served') return answered(result, false);
  const { outcome } = result.served;
  const headers = {
    'content-type': 'application/vnd.amazon.eventstream',
    'x-amzn-requestid': result.requestId,
    'x-amz-executed-version': '$LATEST',
  };
  return { status: 200, headers, body: responseStream(outcome) };
}

function statusHeaders({ outcome }: Served): Record<string, string> {
  const version = { 'x-amz-executed-version': '$LATEST' };
  return outcome.kind === 'answer' ? version : { ...version, 'x-amz-function-error': 'Unhandled' };
}

function bodyOf({ outcome }: Served): Buffer | string {
  return outcome.kind === 'answer' ? outcome.body : JSON.stringify(outcome.failure);
}

/** The key of a function named as the API allows: name, partial or full ARN, with or without qualifier. */
function findFunction(service: LocalService, reference: string, qualifier: string | null): string | Reply {
  const match = /^(?:(?:arn:[\w-]+:lambda:[\w-]+:)?(?:\d{12}:)?function:)?([\w-]+)(?::([\w$-]+))?$/.exec(
    reference,
  );
  const [, name = reference, inline] = match ?? [];
  const fn = Object.values(service.functions).find((candidate) => candidate.name === name);
  const version = inline ?? qualifier ?? '$LATEST';
  if (fn !== undefined && version === '$LATEST') return fn.key;
  const suffix = version === '$LATEST' ? '' : `:${version}`;
  const arn = fn?.arn ?? `arn:aws:lambda:${service.region}:000000000000:function:${name}`;
  return refusal(404, 'ResourceNotFoundException', `Function not found: ${arn}${suffix}`, { Message: true });
}

function throttled(): Reply {
  const body = { Reason: 'ConcurrentInvocationLimitExceeded', Type: 'User', message: 'Rate Exceeded.' };
  return {
    status: 429,
    headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
    body: JSON.stringify(body),
  };
}

function refusal(status: number, type: string, message: string, style?: { readonly Message: true }): Reply {
  const text = style === undefined ? { message } : { Message: message };
  const body = JSON.stringify({ Type: status < 500 ? 'User' : 'Service', ...text });
  return { status, headers: { 'x-amzn-errortype': type }, body };
}

/** Any other call to AWS that ends up here because `AWS_ENDPOINT_URL` points here: said plainly, and not retried. */
function notServed({ logs }: InvokeApiOptions, request: http.IncomingMessage, url: URL): Reply {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  const message = `${request.method} ${url.pathname} of ${service ?? 'an unknown service'} is not served on one machine; DynamoDB and Lambda's Invoke are. Point AWS_ENDPOINT_URL_<SERVICE> at a stand-in in custom.inoculate.local.environment.`;
  logs.host(message);
  return {
    ...refusal(400, 'NotOnOneMachineException', message),
    body: JSON.stringify({ __type: 'NotOnOneMachineException', message }),
  };
}

function invalidJson(body: Buffer): string | undefined {
  if (body.length === 0) return undefined;
  try {
    JSON.parse(body.toString());
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

/** `undefined` where it is larger than AWS takes. */
async function readBody(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const buffer = part as Buffer;
    bytes += buffer.length;
    if (bytes <= maxRequestBytes) parts.push(buffer);
  }
  return bytes <= maxRequestBytes ? Buffer.concat(parts) : undefined;
}
