import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorAnswer } from './answers.ts';
import { describe, errorCodeOf, type RawRequest, type RecordedCall } from './call.ts';
import { type CallFilter, type Effect, matches, type Rule, type RuleOptions, Rules } from './rules.ts';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Watcher {
  readonly filter: CallFilter;
  readonly resolve: (call: RecordedCall) => void;
}

/** Stands between everyone and the emulator: writes down every call, and spoils those that a test asks it to. */
export class Recorder {
  readonly #socketPath: string;
  readonly #server: http.Server;
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #calls: RecordedCall[] = [];
  readonly #history = new Map<number, RecordedCall>();
  readonly #rules = new Rules();
  readonly #watchers = new Set<Watcher>();
  readonly #principals = new Map<string, string>();
  #lastId = 0;
  #port = 0;

  /** Forwards to the HTTP server behind this Unix socket. */
  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#server = http.createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        // The emulator is gone, or the caller is: either way nobody is left to tell but the caller's connection.
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** The AWS endpoint for everyone. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Credentials by which the recorder knows who calls. */
  credentialsOf(principal: string): { readonly accessKeyId: string; readonly secretAccessKey: string } {
    const digest = createHash('sha256').update(principal).digest('hex').slice(0, 16).toUpperCase();
    const accessKeyId = `AKIA${digest}`;
    this.#principals.set(accessKeyId, principal);
    return { accessKeyId, secretAccessKey: 'emulated' };
  }

  /** Calls so far, in the order in which they came in. */
  calls(filter: CallFilter = {}): readonly RecordedCall[] {
    return this.#calls.filter((call) => matches(filter, call));
  }

  /** Every call since the start, also those that were forgotten. */
  history(): readonly RecordedCall[] {
    return [...this.#history.values()];
  }

  /** Forgets calls and rules. */
  clear(): void {
    this.#calls.length = 0;
    this.#rules.clear();
  }

  rule(options: RuleOptions): Rule {
    return this.#rules.add(options);
  }

  /** The next call like this, when it has its answer. */
  async next(filter: CallFilter, timeoutMs = 30_000): Promise<RecordedCall> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(watcher);
        reject(new Error(`No such call within ${timeoutMs} ms: ${JSON.stringify(filter)}`));
      }, timeoutMs);
      const watcher = {
        filter,
        resolve: (call: RecordedCall) => {
          clearTimeout(timer);
          this.#watchers.delete(watcher);
          resolve(call);
        },
      };
      this.#watchers.add(watcher);
    });
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const raw: RawRequest = {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
      body: await bodyOf(request),
    };
    const { accessKeyId, ...description } = describe(raw);
    const principal =
      accessKeyId === undefined ? 'unsigned' : (this.#principals.get(accessKeyId) ?? accessKeyId);
    this.#lastId += 1;
    const call: RecordedCall = {
      id: this.#lastId,
      at: Date.now(),
      principal,
      ...description,
      status: undefined,
      errorCode: undefined,
    };
    const at = this.#calls.push(call) - 1;
    this.#history.set(call.id, call);
    const settle = (status: number, headers: http.IncomingHttpHeaders, body: Buffer): void => {
      const settled = { ...call, status, errorCode: errorCodeOf(status, headers, body) };
      // `clear` may have been called meanwhile.
      if (this.#calls[at]?.id === call.id) this.#calls[at] = settled;
      for (const watcher of this.#watchers) if (matches(watcher.filter, settled)) watcher.resolve(settled);
    };
    const effect = this.#rules.take(call);
    if (effect !== undefined && (await this.#instead(effect, call, response, settle))) return;
    const answer = await this.#forward(raw);
    settle(answer.status, answer.headers, answer.body);
    if (effect?.kind === 'after') await effect.run(call);
    if (effect?.kind === 'after' || effect?.kind === 'lose-answer') {
      response.destroy();
      return;
    }
    const { 'transfer-encoding': _, ...headers } = answer.headers;
    response.writeHead(answer.status, headers).end(answer.body);
  }

  /** Whether the call stays here. */
  async #instead(
    effect: Effect,
    call: RecordedCall,
    response: http.ServerResponse,
    settle: (status: number, headers: http.IncomingHttpHeaders, body: Buffer) => void,
  ): Promise<boolean> {
    switch (effect.kind) {
      case 'answer':
      case 'throttle': {
        const { status, headers, body } = errorAnswer(call.service, effect);
        settle(status, headers, Buffer.from(body));
        response.writeHead(status, headers).end(body);
        return true;
      }
      case 'hang':
        return true;
      case 'instead':
        await effect.run(call);
        response.destroy();
        return true;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, effect.delayMs));
        return false;
      case 'after':
      case 'lose-answer':
        return false;
    }
  }

  async #forward({ method, url, headers, body }: RawRequest): Promise<Answer> {
    const { expect: _, ...rest } = headers;
    return new Promise((resolve, reject) => {
      const request = http.request(
        { socketPath: this.#socketPath, agent: this.#agent, method, path: url, headers: rest },
        (response) => {
          bodyOf(response).then(
            (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
            reject,
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }
}

async function bodyOf(message: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
