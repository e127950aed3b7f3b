import type { ClientHttp2Stream } from 'node:http2';
import { replaceMethod } from './replace.ts';

/** The events that an answer consists of, beside its data. */
const ANSWER: ReadonlySet<unknown> = new Set(['response', 'trailers', 'push']);

/**
 * Holds back the answer that a stream receives, from its headers on, until `delay` resolves. The client's timeout runs
 * on meanwhile, also when the answer is already complete. Errors are not held: they overtake, and the rest is dropped.
 */
export function slowStream(stream: ClientHttp2Stream, delay: () => Promise<unknown>): void {
  const held: (() => void)[] = [];
  const restores: (() => void)[] = [];
  let endedByClient = false;
  const restore = (): void => {
    for (const undo of restores.splice(0)) undo();
  };
  const release = (): void => {
    if (restores.length === 0) return;
    restore();
    if (stream.destroyed) return;
    for (const deliver of held) deliver();
    if (stream.closed) stopTimeout(stream);
  };
  const hold = (deliver: () => void): true => {
    if (held.push(deliver) === 1) void delay().then(release, release);
    return true;
  };
  const endByClient = (original: (...args: never[]) => unknown, args: never[]): unknown => {
    endedByClient = true;
    restore();
    const wasClosed = stream.closed;
    const result: unknown = Reflect.apply(original, stream, args);
    // Whole already, it would wait for its data to be read, which are gone.
    if (wasClosed) stream.destroy();
    return result;
  };
  /** Node stops the timeout of a stream whose answer is complete; its client does not know of any answer yet. */
  const isNodes = (): boolean => stream.closed && !stream.destroyed && !endedByClient;
  restores.push(
    replaceMethod(stream, 'emit', (original, args) => {
      const deliver = (): unknown => Reflect.apply(original, stream, args);
      return ANSWER.has(args[0]) ? hold(deliver) : deliver();
    }),
    replaceMethod(stream, 'push', (original, args) => {
      const deliver = (): unknown => Reflect.apply(original, stream, args);
      return stream.destroyed ? deliver() : hold(deliver);
    }),
    replaceMethod(stream, 'setTimeout', (original, args) =>
      Number(args[0]) === 0 && isNodes() ? stream : Reflect.apply(original, stream, args),
    ),
    replaceMethod(stream, 'removeAllListeners', (original, args) =>
      args[0] === 'timeout' && isNodes() ? stream : Reflect.apply(original, stream, args),
    ),
    replaceMethod(stream, 'close', endByClient),
    replaceMethod(stream, 'destroy', endByClient),
  );
  stream.once('close', restore);
}

function stopTimeout(stream: ClientHttp2Stream): void {
  stream.setTimeout(0);
  stream.removeAllListeners('timeout');
}
