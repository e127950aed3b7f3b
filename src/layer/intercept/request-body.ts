import type { ClientRequest } from 'node:http';

/** DynamoDB takes requests of 16 MB at most; what is larger is none of its. */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Calls `done` once with the whole body, when a request that has no connection yet is ended, or with undefined when it
 * is destroyed before that or grows too large. Works on this one request and leaves no trace on it.
 */
export function whenEnded(request: ClientRequest, done: (body: string | undefined) => void): void {
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
    replace(request, 'write', (original, args) => {
      take(args[0], args[1]);
      Reflect.apply(original, request, args);
      // Nothing drains before there is a connection, and there is none before the end is seen.
      return true;
    }),
    replace(request, 'end', (original, args) => {
      take(args[0], args[1]);
      const result: unknown = Reflect.apply(original, request, args);
      finish(Buffer.concat(chunks).toString());
      return result;
    }),
    replace(request, 'destroy', (original, args) => {
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

type AnyFunction = (...args: never[]) => unknown;

/** Puts a method of its own on one object; the returned function takes it away if it is still there. */
function replace(
  target: object,
  name: string,
  instead: (original: AnyFunction, args: never[]) => unknown,
): () => void {
  const original: unknown = Reflect.get(target, name);
  if (!isFunction(original)) return () => undefined;
  const before = Object.getOwnPropertyDescriptor(target, name);
  const method = (...args: never[]): unknown => instead(original, args);
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true });
  return () => {
    if (Reflect.get(target, name) !== method) return;
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
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
