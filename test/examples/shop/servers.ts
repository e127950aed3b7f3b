import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a free port of loopback. */
export interface Running {
  readonly url: string;
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<Running> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        // dynalite says null where node:http says undefined.
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

export interface Call {
  /** The DynamoDB operation, the invoked function, or the path. */
  readonly operation: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** What a broken dependency does with a call: answer it, or hold it until released; undefined lets it through. */
export type Breakage = (call: Call) => Answer | 'hold' | undefined;

/** A dependency that can be broken, as plainly as can be: a server in front of it that answers in its place. */
export interface Dependency extends Running {
  breakage: Breakage;
  /** Every call, answered by whomever. */
  readonly calls: Call[];
  /** Resolves when the number of calls has reached a count. */
  called(count: number): Promise<void>;
  /** Lets the calls through that were held. */
  release(): void;
}

export async function breakable(
  operationOf: (request: IncomingMessage) => string,
  healthy: (request: IncomingMessage, call: Call, response: ServerResponse) => Promise<void>,
): Promise<Dependency> {
  const calls: Call[] = [];
  let waiting: { readonly count: number; readonly done: () => void }[] = [];
  const held: (() => void)[] = [];
  const handle: RequestListener = (request, response) => {
    const answer = async () => {
      const call = { operation: operationOf(request), body: await textOf(request) };
      calls.push(call);
      for (const { done } of waiting.filter(({ count }) => calls.length >= count)) done();
      waiting = waiting.filter(({ count }) => calls.length < count);
      const broken = dependency.breakage(call);
      if (broken === 'hold') await new Promise<void>((resolve) => held.push(resolve));
      if (broken === undefined || broken === 'hold') return healthy(request, call, response);
      response.writeHead(broken.status, broken.headers).end(broken.body);
    };
    answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  const dependency: Dependency = {
    ...(await listen(createServer(handle))),
    breakage: () => undefined,
    calls,
    release() {
      for (const letThrough of held.splice(0)) letThrough();
    },
    called: (count) =>
      calls.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ count, done: resolve });
          }),
  };
  return dependency;
}

/** Hands a call on to another server, and its answer back. */
export function forward(to: string, request: IncomingMessage, body: string, response: ServerResponse) {
  return new Promise<void>((resolve, reject) => {
    const { method, url, headers } = request;
    const onward = httpRequest(new URL(url ?? '/', to), { ...(method && { method }), headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response).on('finish', resolve).on('error', reject);
    });
    onward.on('error', reject);
    onward.end(body);
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
