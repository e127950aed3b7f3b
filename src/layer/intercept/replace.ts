type AnyFunction = (...args: never[]) => unknown;

/** Puts a method of its own on one object; the returned function takes it away if it is still there. */
export function replaceMethod(
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
