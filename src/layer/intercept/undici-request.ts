import type { OutboundCall } from '../calls/call.ts';
import { underSymbol } from './peek.ts';

/** What is used of undici's dispatch options, in every version since 5. */
export interface DispatchOptions {
  readonly path?: unknown;
  readonly origin?: unknown;
  readonly method?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly query?: unknown;
  readonly headersTimeout?: unknown;
}

/** DynamoDB takes requests of 16 MB at most. */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

/** The call behind a dispatch; undefined where it does not say where it goes. */
export function callOfDispatch(dispatcher: object, options: DispatchOptions): OutboundCall | undefined {
  const origin = textOf(options.origin) ?? originOf(dispatcher);
  if (typeof options.path !== 'string' || origin === undefined || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  const headers = readHeaders(options.headers);
  return {
    method: (textOf(options.method) ?? 'GET').toUpperCase(),
    host: url.hostname.toLowerCase().replace(/^\[|\]$/g, ''),
    secure: url.protocol === 'https:',
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    path: options.path,
    header: (name) => headers.get(name),
  };
}

/** A Client or a Pool knows its own origin. */
function originOf(dispatcher: object): string | undefined {
  const url = underSymbol(dispatcher, 'url');
  return url instanceof URL ? url.origin : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof URL ? value.origin : undefined;
}

/** Headers as undici takes them: [name, value, …], pairs, or an object. */
function readHeaders(headers: unknown): Map<string, string> {
  const read = new Map<string, string>();
  if (typeof headers === 'string') {
    // What undici 5 has made of them already.
    for (const line of headers.split('\r\n')) {
      const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) read.set(name.toLowerCase(), value);
    }
  } else if (Array.isArray(headers)) {
    for (let at = 0; at + 1 < headers.length; at += 2) {
      read.set(String(headers[at]).toLowerCase(), String(headers[at + 1]));
    }
  } else if (typeof headers === 'object' && headers !== null) {
    const pairs: Iterable<unknown> = isIterable(headers) ? headers : Object.entries(headers);
    for (const pair of pairs) {
      if (Array.isArray(pair)) read.set(String(pair[0]).toLowerCase(), String(pair[1]));
    }
  }
  return read;
}

/** The same request with a body that was read, and can be sent still; unchanged where the body is no stream. */
export async function replayableBody(options: DispatchOptions): Promise<DispatchOptions> {
  const { body } = options;
  if (!isAsyncIterable(body)) return options;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('a request body that is neither text nor bytes');
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES)
      throw new RangeError(`a request body of more than ${LARGEST_BODY_BYTES} bytes`);
    chunks.push(bytes);
  }
  return { ...options, body: Buffer.concat(chunks) };
}

/** Reads a streamed body to its end and forgets it, as a server does that only refuses. */
export async function swallowBody(body: unknown): Promise<void> {
  if (!isAsyncIterable(body)) return;
  for await (const chunk of body) void chunk;
}

export function textOfBody(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString() : '';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}
