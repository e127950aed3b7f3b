import { runInThisContext } from 'node:vm';
import type { Gate } from './gate.ts';
import { patchMethod } from './patch.ts';
import { isObject, member } from './peek.ts';
import { interceptedDispatch, isDispatch, type Dispatches } from './undici-dispatch.ts';
import { interceptRequests } from './undici-late.ts';

/** Where undici keeps the dispatcher of fetch; the second from undici 7 on. Shared with copies from npm. */
const GLOBAL_DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) =>
  Symbol.for(name),
);

/**
 * Intercepts fetch and everything else that goes through undici, whichever copy of it: at the method `dispatch` that
 * Agent, Pool and Client inherit, called in the caller's asynchronous context. The classes of the global dispatcher are
 * known at once; those of another copy from its first call on, which is met further down. Returns what undoes it.
 */
export function interceptUndici(gate: Gate): () => void {
  const patched = new Map<object, () => void>();
  const dispatches: Dispatches = { gate, active: true, depth: 0, decided: new WeakSet() };
  const learn = (dispatcher: unknown): void => {
    for (const owner of ownersOfDispatch(dispatcher)) {
      const original: unknown = Object.getOwnPropertyDescriptor(owner, 'dispatch')?.value;
      if (patched.has(owner) || !isDispatch(original)) continue;
      const dispatch = interceptedDispatch(original, dispatches);
      intercepted.add(dispatch);
      patched.set(owner, patchMethod(owner, 'dispatch', dispatch));
    }
  };
  for (const dispatcher of globalDispatchers()) learn(dispatcher);
  const stop = interceptRequests(dispatches, learn);
  return () => {
    dispatches.active = false;
    stop();
    for (const restore of patched.values()) restore();
  };
}

const intercepted = new WeakSet<object>();

/** Whether calls through this dispatcher are intercepted. */
export function isInterceptedDispatcher(dispatcher: object): boolean {
  const dispatch = member(dispatcher, 'dispatch');
  return typeof dispatch === 'function' && intercepted.has(dispatch);
}

/** Those of this world and, where this is a context of node:vm as in a test runner, those of the world around it. */
function globalDispatchers(): unknown[] {
  const around: unknown = runInThisContext('globalThis');
  return [globalThis, ...(isObject(around) ? [around] : [])].flatMap((world) => {
    void Reflect.get(world, 'Headers'); // Node loads undici on first use; only then is there a global dispatcher
    return GLOBAL_DISPATCHERS.map((symbol): unknown => Reflect.get(world, symbol));
  });
}

/** The prototypes of a dispatcher that have a `dispatch` of their own. */
function ownersOfDispatch(dispatcher: unknown): object[] {
  const owners: object[] = [];
  let at: unknown = dispatcher;
  while (isObject(at) && at !== Object.prototype) {
    if (Object.hasOwn(at, 'dispatch')) owners.push(at);
    at = Object.getPrototypeOf(at);
  }
  return owners;
}
