import type { Duplex } from 'node:stream';
import { FakeSocket } from './fake-socket.ts';

/** About what a kernel takes of a connection whose other side does not answer. */
const TAKEN_BYTES = 64 * 1024;

/** A connection that never comes about. */
export class FailingSocket extends FakeSocket {
  constructor(encrypted: boolean, port: number, error: Error) {
    super(encrypted, port);
    this.connecting = true;
    // Its client must have seen it before it fails.
    setImmediate(() => this.destroy(error));
  }
}

/**
 * A connection from which nothing comes back: one that was open still takes what is sent, a new one is never
 * established. All of it is passed on once the other side can be reached.
 */
export class BlackholeSocket extends FakeSocket {
  readonly #taken: Uint8Array[] = [];
  #takenBytes = 0;
  #waiting: (() => void) | undefined;
  #real: Duplex | undefined;
  #reached = false;

  constructor(encrypted: boolean, port: number, open: boolean) {
    super(encrypted, port);
    this.connecting = !open;
  }

  /** From now on this is nothing but the other connection. */
  reachable(real: Duplex): void {
    if (this.destroyed) return void real.destroy();
    this.#real = real;
    real.on('data', (chunk: unknown) => this.push(chunk) || real.pause());
    real.on('end', () => this.push(null));
    real.on('error', (error) => this.destroy(error));
    real.on('close', () => this.destroy());
    if (Reflect.get(real, 'connecting') === true) real.once('connect', () => this.#passOn(real));
    else this.#passOn(real);
  }

  #passOn(real: Duplex): void {
    this.#reached = true;
    if (this.connecting) {
      this.connecting = false;
      this.emit('connect');
      if (this.encrypted) this.emit('secureConnect');
    }
    for (const chunk of this.#taken.splice(0)) real.write(chunk);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  override _read(): void {
    this.#real?.resume();
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#reached) return void this.#real?.write(chunk, encoding, done);
    if (chunk instanceof Uint8Array) {
      this.#taken.push(chunk);
      this.#takenBytes += chunk.length;
    }
    if (this.connecting || this.#takenBytes > TAKEN_BYTES) this.#waiting = done;
    else done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#real?.destroy();
    super._destroy(error, done);
  }
}
