// A function that calls others over HTTP/2, with a session of its own and with the AWS SDK. Bundled by the tests.
import http2 from 'node:http2';
import { Duplex } from 'node:stream';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';

interface Wanted {
  readonly url: string;
  readonly body?: string;
  readonly method?: string;
  readonly many?: number;
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
}

let kinesis: KinesisClient | undefined;
let session: http2.ClientHttp2Session | undefined;
const { connect } = http2;

export async function viaKinesis(event: Wanted): Promise<unknown> {
  kinesis ??= new KinesisClient({ endpoint: event.url, maxAttempts: event.maxAttempts ?? 3 });
  const client = kinesis;
  const startedAt = performance.now();
  const tookMs = (): number => performance.now() - startedAt;
  try {
    const record = { StreamName: 'orders', PartitionKey: '1', Data: Buffer.from('order') };
    const { $metadata, SequenceNumber } = await client.send(new PutRecordCommand(record));
    return { ok: true, sequence: SequenceNumber, attempts: $metadata.attempts, tookMs: tookMs() };
  } catch (error) {
    const metadata: unknown = Reflect.get(Object(error), '$metadata');
    return {
      ok: false,
      error: error instanceof Error ? error.name : String(error),
      constructor: String(Object(error).constructor.name).replace(/^_/, ''), // a bundler may rename a class
      code: Reflect.get(Object(error), 'code'),
      status: Reflect.get(Object(metadata), 'httpStatusCode'),
      attempts: Reflect.get(Object(metadata), 'attempts'),
      tookMs: tookMs(),
    };
  }
}

export async function viaSession(event: Wanted): Promise<unknown> {
  if (session === undefined || session.destroyed) {
    session = connect(event.url).on('error', () => undefined);
  }
  const open = session;
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: event.many ?? 1 }, () => request(open, event)));
  return { answers, tookMs: performance.now() - startedAt };
}

function request(open: http2.ClientHttp2Session, event: Wanted): Promise<unknown> {
  return new Promise((resolve) => {
    const method = event.method ?? (event.body === undefined ? 'GET' : 'POST');
    const stream = open.request({ ':method': method, ':path': '/pay?x=1' });
    const answer: Record<string, unknown> & { body: string } = { body: '' };
    stream.setEncoding('utf8');
    stream.on('response', (headers) => (answer['status'] = headers[':status']));
    stream.on('data', (chunk: string) => (answer.body += chunk));
    stream.on('trailers', (trailers) => (answer['end'] = trailers['x-end']));
    stream.on('error', (error) => (answer['error'] = Reflect.get(error, 'code')));
    if (event.timeoutMs !== undefined) {
      stream.setTimeout(event.timeoutMs, () => {
        answer['timedOut'] = true;
        stream.close(http2.constants.NGHTTP2_CANCEL);
      });
    }
    stream.on('close', () => resolve(answer));
    if (method !== 'GET' && method !== 'HEAD') stream.end(event.body);
  });
}

class Nowhere extends Duplex {
  override _read(): void {
    // Nothing comes.
  }
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}

const atStart = http2ClassOf();
export async function untouched(): Promise<unknown> {
  return {
    request: http2ClassOf() === atStart,
    own: session === undefined || !Object.hasOwn(session, 'request'),
  };
}

function http2ClassOf(): unknown {
  const probe = http2.connect('http://localhost', { createConnection: () => new Nowhere() });
  const method: unknown = Reflect.get(probe, 'request');
  probe.destroy();
  return method;
}

/** One function for everything, so that one warm sandbox can do it in turn. */
export async function any(event: Wanted & { readonly do: string }): Promise<unknown> {
  const actions: Record<string, (wanted: Wanted) => Promise<unknown>> = { viaKinesis, viaSession, untouched };
  return actions[event.do]?.(event);
}
