import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const runtimes = resolve(import.meta.dirname, '../../runtimes/node_modules');

/** The Node versions that Lambda runs. */
export const nodeVersions = ['node22', 'node24'] as const;
export type NodeVersion = (typeof nodeVersions)[number];

export interface SandboxOptions {
  readonly task: string;
  readonly handler: string;
  /** The folder that would be /opt; without it the function runs without the layer. */
  readonly opt?: string;
  readonly node?: NodeVersion;
  readonly functionName?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** A /tmp of its own of so many megabytes, as on Lambda; else the function sees this machine's. */
  readonly temporaryMb?: number;
  /** What lies in that /tmp from before. */
  readonly temporaryFile?: string;
}

export interface Outcome {
  readonly failed: boolean;
  /** The answer, or { errorType, errorMessage }. */
  readonly value: unknown;
  /** Of the whole invocation, as its caller sees it. */
  readonly tookMs: number;
  /** The HTTP headers with which a streamed or plain answer came. */
  readonly headers: NodeJS.Dict<string | string[]>;
  /** The parts in which the answer came, and when, in milliseconds since the invocation was asked for. */
  readonly chunks: readonly Chunk[];
}

interface Chunk {
  readonly text: string;
  readonly atMs: number;
}

interface Pending {
  readonly id: string;
  readonly event: unknown;
  readonly clientContext: object | undefined;
  readonly startedAt: number;
  readonly done: (outcome: Outcome) => void;
}

/** One execution environment: AWS's runtime client in a process of its own, and the Runtime API it talks to. */
export class Sandbox {
  /** All that the function and the layer have written. */
  output = '';
  initError: unknown;
  hasEnded = false;
  /** How often the runtime client has asked for the next event. */
  polled = 0;
  /** How many events it was given. */
  given = 0;
  readonly exited: Promise<number | null>;
  readonly #server: Server;
  readonly #process: ChildProcess;
  readonly #timeoutMs: number;
  readonly #waiting: Pending[] = [];
  readonly #running = new Map<string, Pending>();
  readonly #polls: ServerResponse[] = [];

  static async start(options: SandboxOptions): Promise<Sandbox> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Sandbox(server, options);
  }

  private constructor(server: Server, options: SandboxOptions) {
    this.#server = server;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    server.on('request', (request, response) => void this.#api(request, response));
    const node = resolve(runtimes, options.node ?? 'node24', 'bin/node');
    const runtime = [node, resolve(runtimes, 'aws-lambda-ric/index.mjs'), options.handler];
    const command =
      options.opt === undefined ? runtime : [resolve(options.opt, 'inoculate/wrapper'), ...runtime];
    const { port } = server.address() as AddressInfo;
    const [program = '', ...args] =
      options.temporaryMb === undefined ? command : inOwnTemporary(options, command);
    this.#process = spawn(program, args, {
      cwd: options.task,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        LAMBDA_TASK_ROOT: options.task,
        _HANDLER: options.handler,
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_REGION: 'eu-west-1',
        AWS_LAMBDA_FUNCTION_NAME: options.functionName ?? 'checkout',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/checkout',
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...options.env,
      },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    // Not before all that it has written has come.
    this.exited = new Promise((done) => this.#process.on('close', (code) => done(code)));
    void this.exited.then((code) => this.#allGone(`Runtime exited with ${code}`));
  }

  /** @param clientContext as the caller of a direct invocation gives it along */
  invoke(
    event: unknown,
    requestId: string = randomUUID(),
    clientContext: object | undefined = undefined,
  ): Promise<Outcome> {
    return new Promise((done) => {
      this.#waiting.push({ id: requestId, event, clientContext, startedAt: performance.now(), done });
      this.#pump();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      this.polled += 1;
      this.#polls.push(response);
      this.#pump();
      return;
    }
    const chunks: { text: string; at: number }[] = [];
    for await (const chunk of request)
      chunks.push({ text: (chunk as Buffer).toString(), at: performance.now() });
    const text = chunks.map((chunk) => chunk.text).join('');
    response.writeHead(202).end('{"status":"OK"}');
    if (path === 'init/error') {
      this.initError = JSON.parse(text);
      this.#allGone('init error');
      return;
    }
    const [, id = '', kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const since = this.#running.get(id)?.startedAt ?? 0;
    const came = chunks.map((chunk) => ({ text: chunk.text, atMs: chunk.at - since }));
    // A stream that fails after it has begun says so behind its last chunk.
    const errorType = request.trailers['lambda-runtime-function-error-type'];
    const value = errorType === undefined ? parsed(text) : { errorType, sent: text };
    this.#settle(id, kind === 'error' || errorType !== undefined, value, request.headers, came);
  }

  #pump(): void {
    while (this.#polls.length > 0 && this.#waiting.length > 0) {
      const pending = this.#waiting.shift();
      const poll = this.#polls.shift();
      if (pending === undefined || poll === undefined) return;
      this.given += 1;
      this.#running.set(pending.id, pending);
      setTimeout(() => this.#timeOut(pending.id), this.#timeoutMs).unref();
      poll
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': pending.id,
          'lambda-runtime-deadline-ms': String(Date.now() + this.#timeoutMs),
          'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:000000000000:function:checkout',
          ...(pending.clientContext === undefined
            ? {}
            : { 'lambda-runtime-client-context': JSON.stringify(pending.clientContext) }),
        })
        .end(JSON.stringify(pending.event));
    }
  }

  #timeOut(id: string): void {
    if (this.#running.has(id)) this.#settle(id, true, { errorType: 'Sandbox.Timedout' }, {});
  }

  #settle(
    id: string,
    failed: boolean,
    value: unknown,
    headers: Outcome['headers'],
    chunks: readonly Chunk[] = [],
  ): void {
    const pending = this.#running.get(id);
    this.#running.delete(id);
    pending?.done({ failed, value, headers, chunks, tookMs: performance.now() - pending.startedAt });
  }

  #allGone(reason: string): void {
    this.hasEnded = true;
    for (const pending of [...this.#running.values(), ...this.#waiting.splice(0)]) {
      pending.done({
        failed: true,
        value: { errorType: 'Runtime.ExitError', errorMessage: reason },
        headers: {},
        chunks: [],
        tookMs: 0,
      });
    }
    this.#running.clear();
  }
}

/** Mounts a small /tmp in a namespace of the process's own; the function finds it by TMPDIR. */
function inOwnTemporary(
  { temporaryMb, temporaryFile }: SandboxOptions,
  command: readonly string[],
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'inoculate-tmp-'));
  const mount = `mount -t tmpfs -o size=${temporaryMb}m tmpfs "$TMPDIR"`;
  const leave = temporaryFile === undefined ? 'true' : `touch "$TMPDIR/${temporaryFile}"`;
  return [
    'env',
    `TMPDIR=${folder}`,
    'unshare',
    '-rm',
    'sh',
    '-c',
    `${mount} && ${leave} && exec "$@"`,
    'sh',
    ...command,
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The sandboxes of one test, all of which end with it. */
export class Sandboxes {
  readonly #started: Sandbox[] = [];

  async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = await Sandbox.start(options);
    this.#started.push(sandbox);
    return sandbox;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((sandbox) => sandbox.stop()));
  }
}
