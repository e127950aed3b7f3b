import { runInThisContext } from 'node:vm';
import { logOnce, reasonOf } from '../log.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Consideration, Gate } from './gate.ts';
import { endDispatch, type Dispatched } from './undici-end.ts';
import { callOfDispatch, replayableBody, textOfBody, type DispatchOptions } from './undici-request.ts';
import { patchMethod } from './patch.ts';
import { closeSoon, freshLike } from './undici-fresh.ts';
import { slowHandler } from './undici-slow.ts';

/** Where undici keeps the dispatcher of fetch; the second from undici 7 on. Shared with copies from npm. */
const GLOBAL_DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) =>
  Symbol.for(name),
);

type Dispatch = (this: object, options: DispatchOptions, handler: object) => unknown;

/**
 * Intercepts fetch and everything else that goes through the classes of the global dispatcher: the method `dispatch`
 * that Agent, Pool and Client inherit, called in the caller's asynchronous context. Returns what undoes it.
 */
export function interceptUndici(gate: Gate): () => void {
  const patched = new Map<object, () => void>();
  const state: State = { gate, active: true, depth: 0, decided: new WeakSet() };
  for (const dispatcher of globalDispatchers()) {
    for (const owner of ownersOfDispatch(dispatcher)) {
      const original: unknown = Object.getOwnPropertyDescriptor(owner, 'dispatch')?.value;
      if (patched.has(owner) || !isDispatch(original)) continue;
      const dispatch = interceptedDispatch(original, state);
      intercepted.add(dispatch);
      patched.set(owner, patchMethod(owner, 'dispatch', dispatch));
    }
  }
  return () => {
    state.active = false;
    for (const restore of patched.values()) restore();
  };
}

/** Those of this world and, where this is a context of node:vm as in a test runner, those of the world around it. */
function globalDispatchers(): unknown[] {
  const around: unknown = runInThisContext('globalThis');
  return [globalThis, ...(isObject(around) ? [around] : [])].flatMap((world) => {
    void Reflect.get(world, 'Headers'); // Node loads undici on first use; only then is there a global dispatcher
    return GLOBAL_DISPATCHERS.map((symbol): unknown => Reflect.get(world, symbol));
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

interface State {
  readonly gate: Gate;
  active: boolean;
  /** An Agent dispatches to a Pool, and that to a Client, within one call: only the outermost is the caller's. */
  depth: number;
  /** Handlers whose call was dealt with: a Pool may queue a call and dispatch it again later. */
  readonly decided: WeakSet<object>;
}

function interceptedDispatch(original: Dispatch, state: State): Dispatch {
  return function (options, handler) {
    const proceed = (nextOptions: DispatchOptions, nextHandler: object): unknown => {
      state.decided.add(nextHandler);
      state.depth += 1;
      const send = (): unknown => Reflect.apply(original, this, [nextOptions, nextHandler]);
      try {
        return state.gate.decided === undefined ? send() : state.gate.decided(send);
      } finally {
        state.depth -= 1;
      }
    };
    const connectAnew = (nextOptions: DispatchOptions): boolean => {
      const fresh = freshLike(this);
      if (fresh === undefined) return false;
      state.decided.add(handler);
      state.depth += 1;
      try {
        Reflect.apply(original, fresh, [nextOptions, handler]);
      } finally {
        state.depth -= 1;
      }
      closeSoon(fresh);
      return true;
    };
    if (!state.active || state.depth > 0 || state.decided.has(handler)) {
      return Reflect.apply(original, this, [options, handler]);
    }
    let call: OutboundCall | undefined;
    let consideration: Consideration | undefined;
    try {
      call = callOfDispatch(this, options);
      consideration = call === undefined ? undefined : state.gate.consider(call);
    } catch (error) {
      logOnce(`a call was left alone: ${reasonOf(error)}`);
    }
    if (call === undefined || consideration === undefined) return proceed(options, handler);
    handle({ call, options, handler, proceed, connectAnew }, consideration).catch((error: unknown) => {
      const onError: unknown = Reflect.get(handler, 'onError') ?? Reflect.get(handler, 'onResponseError');
      if (typeof onError === 'function') Reflect.apply(onError, handler, [error]);
    });
    return true;
  };
}

interface Dispatching extends Omit<Dispatched, 'proceed' | 'connectAnew'> {
  proceed(options: DispatchOptions, handler: object): unknown;
  connectAnew(options: DispatchOptions): boolean;
}

async function handle(dispatching: Dispatching, consideration: Consideration): Promise<void> {
  const { call, handler, proceed, connectAnew } = dispatching;
  let { options } = dispatching;
  let body = '';
  if (consideration.needsBody) {
    options = await replayableBody(options);
    body = textOfBody(options.body);
  }
  const injection = consideration.decide(body);
  if (injection === undefined) proceed(options, handler);
  else if (injection.endedBy === undefined)
    proceed(
      options,
      slowHandler(handler, () => injection.delay()),
    );
  else {
    const send = { proceed: () => proceed(options, handler), connectAnew: () => connectAnew(options) };
    await endDispatch({ call, options, handler, ...send }, injection);
  }
}

const intercepted = new WeakSet<object>();

/** Whether calls through this dispatcher are intercepted. */
export function isInterceptedDispatcher(dispatcher: object): boolean {
  const dispatch: unknown = Reflect.get(dispatcher, 'dispatch');
  return typeof dispatch === 'function' && intercepted.has(dispatch);
}

/** The prototypes of a dispatcher that have a `dispatch` of their own. */
function ownersOfDispatch(dispatcher: unknown): object[] {
  const owners: object[] = [];
  let at: unknown = dispatcher;
  while (typeof at === 'object' && at !== null && at !== Object.prototype) {
    if (Object.hasOwn(at, 'dispatch')) owners.push(at);
    at = Object.getPrototypeOf(at);
  }
  return owners;
}

function isDispatch(value: unknown): value is Dispatch {
  return typeof value === 'function';
}
