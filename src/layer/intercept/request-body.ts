import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { replaceMethod } from './replace.ts';

/** DynamoDB takes requests of 16 MB at most; what is larger is none of its. */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Calls `done` once with the whole body, when a request that has no connection yet is ended, or with undefined when it
 * is destroyed before that or grows too large. Works on this one request and leaves no trace on it.
 */
export function whenEnded(request: ClientRequest | Duplex, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: unknown, encoding: unknown): void => {
    const bytes = bytesOf(chunk, encoding);
    if (bytes === undefined) return;
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES) finish(undefined);
    else chunks.push(bytes);
  };
  const restore = [
    replaceMethod(request, 'write', (original, args) => {
      take(args[0], args[1]);
      Reflect.apply(original, request, args);
      // Nothing drains before there is a connection, and there is none before the end is seen.
      return true;
    }),
    replaceMethod(request, 'end', (original, args) => {
      take(args[0], args[1]);
      const result: unknown = Reflect.apply(original, request, args);
      finish(Buffer.concat(chunks).toString());
      return result;
    }),
    replaceMethod(request, 'destroy', (original, args) => {
      const result: unknown = Reflect.apply(original, request, args);
      finish(undefined);
      return result;
    }),
  ];
  let finished = false;
  const finish = (body: string | undefined): void => {
    if (finished) return;
    finished = true;
    for (const undo of restore) undo();
    done(body);
  };
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer | undefined {
  if (typeof chunk === 'string') {
    return Buffer.from(
      chunk,
      typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8',
    );
  }
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : undefined;
}
