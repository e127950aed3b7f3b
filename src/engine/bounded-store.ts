import type { Clock } from './ports.ts';

/** No answer of the table is waited for any longer: less than what a command may take, and far less than a handler. */
const storeDeadlineMs = 5_000;

/** The store with an end to every call: one that hangs must not keep whoever handles an event from failing in time. */
export function boundedStore<S extends object>(store: S, clock: Clock): S {
  return new Proxy(store, {
    get(inner, name) {
      const method: unknown = Reflect.get(inner, name);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]) =>
        clock.deadline(storeDeadlineMs, () => Reflect.apply(method, inner, args) as Promise<unknown>);
    },
  });
}
