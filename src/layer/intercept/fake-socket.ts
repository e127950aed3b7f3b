import { STATUS_CODES } from 'node:http';
import { Duplex } from 'node:stream';
import { systemClock } from '../clock.ts';
import type { Answer } from '../faults/module.ts';

/**
 * Stands in for a connection to the dependency: it swallows one request and gives one answer as HTTP/1.1 bytes, so that
 * Node's own parser and the client's own error handling run. It has what clients call on a socket, timeouts included.
 */
export class FakeSocket extends Duplex {
  connecting = false;
  readonly authorized = true;
  readonly remoteAddress = '127.0.0.1';
  readonly remoteFamily = 'IPv4';
  readonly encrypted: boolean;
  readonly remotePort: number;
  timeout = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(encrypted: boolean, port: number) {
    super({ allowHalfOpen: false });
    this.encrypted = encrypted;
    this.remotePort = port;
    // Where a real connection would go back to its agent, this one has done its work.
    this.on('free', () => this.destroy());
  }

  /** Gives the answer; to a HEAD request without its body. */
  respond(answer: Answer, method: string): void {
    if (this.destroyed) return;
    const body = Buffer.from(answer.body);
    const headers = {
      ...answer.headers,
      Date: new Date(systemClock.now()).toUTCString(),
      'Content-Length': body.length,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('')}\r\n`;
    this.push(Buffer.concat(method === 'HEAD' ? [Buffer.from(head)] : [Buffer.from(head), body]));
  }

  setTimeout(timeoutMs: number, callback?: () => void): this {
    this.timeout = timeoutMs;
    if (callback !== undefined && timeoutMs > 0) this.once('timeout', callback);
    this.#restartIdle();
    return this;
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  address(): { address: string; family: string; port: number } {
    return { address: '127.0.0.1', family: 'IPv4', port: 0 };
  }
  getPeerCertificate(): object {
    return {};
  }

  override _read(): void {
    // Nothing to fetch: the answer is pushed when it is due.
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#restartIdle();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idle);
    done(error);
  }

  #restartIdle(): void {
    clearTimeout(this.#idle);
    if (this.timeout > 0) this.#idle = setTimeout(() => this.emit('timeout'), this.timeout).unref();
  }
}
