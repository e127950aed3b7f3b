import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { symbolOf } from './peek.ts';
import { replaceMethod } from './replace.ts';

/** A request whose stream is in the caller's hands, and of which nothing has been sent. */
export interface HeldRequest {
  readonly stream: ClientHttp2Stream;
  /** Sends it as if nothing had been; once, and not if it has ended meanwhile. */
  release(): void;
  /** Takes the whole request in, in place of the connection that it will never have. */
  swallow(): void;
}

const PENDING = 'kPendingRequestCalls';

/**
 * Node lets requests be made of a session that is not connected yet, and sends them when it is. A request is held by
 * letting the session look so while it is made; the session itself learns nothing of it.
 */
export function heldRequest(session: ClientHttp2Session, request: () => ClientHttp2Stream): HeldRequest {
  const pending = symbolOf(session, PENDING);
  if (pending === undefined) throw new Error('this Node keeps the pending requests of a session elsewhere');
  const before: unknown = Reflect.get(session, pending);
  let stream: ClientHttp2Stream;
  let calls: unknown;
  try {
    Reflect.set(session, pending, null);
    Object.defineProperty(session, 'connecting', { value: true, configurable: true });
    Object.defineProperty(session, 'once', { value: () => session, configurable: true, writable: true });
    stream = request();
    calls = Reflect.get(session, pending);
  } finally {
    Reflect.deleteProperty(session, 'connecting');
    Reflect.deleteProperty(session, 'once');
    Reflect.set(session, pending, before);
  }
  return new Held(session, stream, Array.isArray(calls) ? calls : []);
}

type Done = (error?: Error | null) => void;

/** What a stream does with its body as long as it waits for its connection: one thing at a time. */
class Held implements HeldRequest {
  readonly stream: ClientHttp2Stream;
  readonly #session: ClientHttp2Session;
  readonly #send: readonly unknown[];
  readonly #restores: (() => void)[] = [];
  #state: 'held' | 'released' | 'swallowed' = 'held';
  /** What the stream has begun: to be done by itself, or to be taken for done. */
  #begun: { readonly itself: () => void; readonly done: Done } | undefined;
  #wantsRead = false;

  constructor(session: ClientHttp2Session, stream: ClientHttp2Stream, send: readonly unknown[]) {
    this.stream = stream;
    this.#session = session;
    this.#send = send;
    for (const name of ['_write', '_writev', '_final']) this.#holdBody(name);
    this.#replace('_read', () => (this.#wantsRead = true));
    // A closed request that was never sent would wait for its sending before it is gone.
    this.#replace('close', (original, args) => {
      Reflect.apply(original, stream, args);
      stream.destroy();
    });
  }

  release(): void {
    if (this.#state !== 'held' || this.stream.destroyed) return;
    this.#state = 'released';
    for (const restore of this.#restores.splice(0)) restore();
    this.#begun?.itself();
    if (this.#wantsRead) this.stream._read(0);
    const send = (): void => {
      for (const call of this.#send) if (typeof call === 'function') Reflect.apply(call, undefined, []);
    };
    if (this.#session.connecting) this.#session.once('connect', send);
    else send();
  }

  swallow(): void {
    if (this.#state !== 'held' || this.stream.destroyed) return;
    this.#state = 'swallowed';
    // What Node does when a stream has got its connection; a GET has ended before it could be held, and waits for it.
    this.stream.uncork();
    this.stream.emit('ready');
    this.#begun?.done();
  }

  #holdBody(name: string): void {
    this.#replace(name, (original, args) => {
      const done: unknown = args.at(-1);
      if (!isDone(done)) return;
      if (this.#state === 'swallowed') done();
      else this.#begun = { itself: () => void Reflect.apply(original, this.stream, args), done };
    });
  }

  #replace(name: string, instead: Parameters<typeof replaceMethod>[2]): void {
    this.#restores.push(replaceMethod(this.stream, name, instead));
  }
}

function isDone(value: unknown): value is Done {
  return typeof value === 'function';
}
