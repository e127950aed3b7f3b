import { Writable } from 'node:stream';
import type { ResponseStream } from './response-stream.ts';
import { ended } from './streamed-answer.ts';
import type { StreamFaults } from './stream-faults.ts';

type Written = (error?: Error | null) => void;

interface LastChunk {
  readonly chunk: unknown;
  readonly encoding: BufferEncoding | undefined;
}

/**
 * What a streaming handler writes to while a fault acts on its answer. It hands everything on to the runtime's stream in
 * order, each chunk as late as the faults say. Back-pressure, `pipeline()`, `finished()` and the rest are a Writable's own.
 */
export class FaultyStream extends Writable {
  /** Settles when all has gone out, or nothing more will: rejected with what broke it off. */
  readonly over: Promise<void>;
  readonly #inner: ResponseStream;
  readonly #faults: StreamFaults;
  #chunks = 0;
  #begun = false;
  #last: LastChunk | undefined;
  #leftOpen = false;
  #innerFailed = false;

  constructor(inner: ResponseStream, faults: StreamFaults) {
    super({ highWaterMark: inner.writableHighWaterMark, decodeStrings: false });
    this.#inner = inner;
    this.#faults = faults;
    this.over = new Promise((resolve, reject) => {
      // Without a listener an error of a stream ends the process; the runtime's own stream has one, too.
      this.on('error', reject);
      this.on('finish', () => resolve());
      this.on('close', () => resolve());
    });
    inner.on('error', (error) => {
      this.#innerFailed = true;
      this.destroy(error);
    });
  }

  setContentType(contentType: string): void {
    if (this.#begun) throw tooLate();
    this.#inner.setContentType(contentType);
  }

  get _onBeforeFirstWrite(): ResponseStream['_onBeforeFirstWrite'] {
    return this.#inner._onBeforeFirstWrite;
  }

  set _onBeforeFirstWrite(write: ResponseStream['_onBeforeFirstWrite']) {
    this.#inner._onBeforeFirstWrite = write;
  }

  override write(chunk: unknown, encoding?: BufferEncoding | Written | null, written?: Written): boolean {
    this.#begun = true;
    // The runtime's stream takes any object, and writes it as JSON.
    const data =
      chunk === null || typeof chunk === 'string' || chunk instanceof Uint8Array
        ? chunk
        : JSON.stringify(chunk);
    return typeof encoding === 'string'
      ? super.write(data, encoding, written)
      : super.write(data, encoding ?? written);
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | Written, written?: Written): this {
    const done = [chunk, encoding, written].find((one): one is Written => typeof one === 'function');
    // A last chunk stays apart: the runtime's stream treats one otherwise than a chunk that is written.
    if (chunk !== undefined && chunk !== null && chunk !== done && !this.writableEnded)
      this.#last = { chunk, encoding: typeof encoding === 'string' ? encoding : undefined };
    this.#begun = true;
    return super.end(done);
  }

  /** Lets go out what has been written, for a handler that failed: the answer is not ended by that. */
  async flush(): Promise<void> {
    this.#leftOpen = true;
    if (!this.writableEnded) super.end();
    await this.over;
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: Written): void {
    settle(this.#pass(chunk, typeof chunk === 'string' ? encoding : undefined), done);
  }

  override _final(done: Written): void {
    settle(this.#end(), done);
  }

  override _destroy(error: Error | null, done: Written): void {
    const byHandler = !this.#innerFailed && !this.writableFinished && this.#faults.injected === undefined;
    if (byHandler) this.#inner.destroy(error ?? undefined);
    done(error);
  }

  async #pass(chunk: unknown, encoding: BufferEncoding | undefined): Promise<void> {
    if (await this.#faults.discards()) return;
    const place = this.#chunks;
    await this.#faults.beforeChunk(place);
    await this.#forward(chunk, encoding);
    this.#chunks += 1;
    if (place === 0) await this.#faults.afterFirstChunk();
  }

  async #end(): Promise<void> {
    if (this.#leftOpen) return;
    if (await this.#faults.discards()) return this.#faults.answer(this.#inner);
    const last = this.#last;
    if (last !== undefined && this.#faults.mayAbort) {
      this.#last = undefined;
      await this.#pass(last.chunk, last.encoding);
    } else if (last !== undefined) await this.#faults.beforeChunk(this.#chunks);
    await this.#faults.beforeEnd(this.#chunks === 0 && last === undefined);
    await ended(this.#inner, this.#last?.chunk, this.#last?.encoding);
  }

  async #forward(chunk: unknown, encoding: BufferEncoding | undefined): Promise<void> {
    if (this.#inner.write(chunk, encoding) || this.#inner.destroyed) return;
    await new Promise<void>((resolve) => this.#inner.once('drain', resolve));
  }
}

function settle(work: Promise<void>, done: Written): void {
  work.then(
    () => done(),
    (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
  );
}

/** What the runtime's stream throws. */
function tooLate(): Error {
  const error = new Error('Cannot set content-type, too late.');
  error.name = 'Runtime.InvalidStreamingOperation';
  return error;
}
