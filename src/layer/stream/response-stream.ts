/**
 * What AWS's runtime hands a streaming handler: the writing side of the request that carries the answer, as an object
 * with methods of its own, which is no `Writable` by its class.
 */
export interface ResponseStream {
  readonly writableHighWaterMark: number;
  readonly destroyed: boolean;
  /** Called with a way to write, just before the first chunk; `HttpResponseStream.from` puts it there. */
  _onBeforeFirstWrite?: ((write: (chunk: Uint8Array | string) => unknown) => void) | undefined;
  setContentType(contentType: string): void;
  write(chunk: unknown, encoding?: BufferEncoding): boolean;
  end(
    chunk: unknown,
    encoding: BufferEncoding | undefined,
    callback: (error?: Error | null) => void,
  ): unknown;
  destroy(error?: Error): unknown;
  on(event: string, listener: (error: Error) => void): unknown;
  once(event: string, listener: () => void): unknown;
}

/** Whether the second argument of a streaming handler is what we know it to be; else it is left alone. */
export function isResponseStream(value: unknown): value is ResponseStream {
  if (typeof value !== 'object' || value === null) return false;
  const methods = ['setContentType', 'write', 'end', 'destroy', 'on', 'once'];
  return methods.every((name) => typeof Reflect.get(value, name) === 'function');
}
