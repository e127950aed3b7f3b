import http from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { type Failure, failureOf, type Outcome } from './outcome.ts';

/** One invocation on its way into a sandbox. */
export interface Request {
  readonly id: string;
  readonly arn: string;
  readonly payload: Buffer | string;
  readonly deadlineAt: number;
  /** As in the header X-Amzn-Trace-Id; without it one that traces nothing. */
  readonly traceId?: string | undefined;
}

const noTrace = 'Root=1-00000000-000000000000000000000000;Sampled=0';

export interface RuntimeApiEvents {
  /** The runtime has finished initialising, or the invocation before, and asks for the next. */
  onNext(): void;
  onOutcome(requestId: string, outcome: Outcome): void;
  onInitError(failure: Failure): void;
}

/** AWS accepts answers of up to 6 MB, and the rest of the envelope. */
const maxAnswerBytes = 6 * 1024 * 1024 + 1024;
const prefix = '/2018-06-01/runtime';

/** The Lambda Runtime API (2018-06-01) for one sandbox, on a loopback port of its own. */
export class RuntimeApi {
  readonly #events: RuntimeApiEvents;
  readonly #server: http.Server;
  #waiting: http.ServerResponse | undefined;

  constructor(events: RuntimeApiEvents) {
    this.#events = events;
    this.#server = http.createServer((request, response) => this.#serve(request, response));
    // A runtime waits in `next` for as long as there is nothing to do.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  /** Resolves to `host:port`, as in AWS_LAMBDA_RUNTIME_API. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = addressOf(this.#server);
    return `127.0.0.1:${port}`;
  }

  /** Hands an invocation out; only when the runtime asked for one. */
  send({ id, arn, payload, deadlineAt, traceId = noTrace }: Request): void {
    const response = this.#waiting;
    if (response === undefined) throw new Error('The runtime has not asked for an invocation.');
    this.#waiting = undefined;
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(deadlineAt),
      'lambda-runtime-invoked-function-arn': arn,
      'lambda-runtime-trace-id': traceId,
    });
    response.end(payload);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const path = (request.url ?? '').slice(prefix.length);
    if (request.method === 'GET' && path === '/invocation/next') {
      this.#waiting = response;
      this.#events.onNext();
      return;
    }
    const match = /^\/(?:init\/error|invocation\/([^/]+)\/(response|error))$/.exec(path);
    if (match === null) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"errorType":"NotFound"}');
      return;
    }
    const [, id, kind] = match;
    // A sandbox that was ended in mid-answer takes its connection with it: the process's end tells the outcome.
    readBody(request).then(
      (body) => {
        response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
        if (id === undefined) this.#events.onInitError(failureOf(body.toString()));
        else this.#events.onOutcome(decodeURIComponent(id), outcomeOf(request, body, kind === 'error'));
      },
      () => response.destroy(),
    );
  }
}

function outcomeOf(request: http.IncomingMessage, body: Buffer, isError: boolean): Outcome {
  if (isError) return { kind: 'failure', failure: failureOf(body.toString()) };
  // A response stream that broke off says so after its last byte.
  const type = request.trailers['lambda-runtime-function-error-type'];
  if (type !== undefined) {
    const detail = Buffer.from(request.trailers['lambda-runtime-function-error-body'] ?? '', 'base64');
    return { kind: 'failure', failure: { ...failureOf(detail.toString()), errorType: type } };
  }
  if (body.length > maxAnswerBytes) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (6291556 bytes).`;
    return { kind: 'failure', failure: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
  }
  return { kind: 'answer', body, contentType: request.headers['content-type'] ?? 'application/json' };
}

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Of a server that listens on a port. */
export function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.');
  return address;
}
