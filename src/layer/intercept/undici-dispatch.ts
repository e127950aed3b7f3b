import { logOnce, reasonOf } from '../log.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Consideration, Gate } from './gate.ts';
import { failHandler, isModern } from './undici-answer.ts';
import { endDispatch, type Dispatched } from './undici-end.ts';
import { callOfDispatch, replayableBody, textOfBody, type DispatchOptions } from './undici-request.ts';
import { closeSoon, freshLike } from './undici-fresh.ts';
import { slowHandler } from './undici-slow.ts';

export type Dispatch = (this: object, options: DispatchOptions, handler: object) => unknown;

/** What is known of the calls that go through undici while a gate is in place. */
export interface Dispatches {
  readonly gate: Gate;
  active: boolean;
  /** An Agent dispatches to a Pool, and that to a Client, within one call: only the outermost is the caller's. */
  depth: number;
  /** Handlers and options of calls that were dealt with: a Pool may queue a call and dispatch it again later. */
  readonly decided: WeakSet<object>;
}

/** A method `dispatch` that asks the gate about each call first. */
export function interceptedDispatch(original: Dispatch, dispatches: Dispatches): Dispatch {
  return function (options, handler) {
    const { gate, active, decided } = dispatches;
    const send = (nextOptions: DispatchOptions, nextHandler: object): unknown => {
      const apply = (): unknown => Reflect.apply(original, this, [nextOptions, nextHandler]);
      const isOutermost = dispatches.depth === 0;
      dispatches.depth += 1;
      try {
        return isOutermost && gate.decided !== undefined ? gate.decided(apply) : apply();
      } finally {
        dispatches.depth -= 1;
      }
    };
    if (!active) return Reflect.apply(original, this, [options, handler]);
    if (dispatches.depth > 0 || decided.has(handler) || decided.has(options)) return send(options, handler);
    const proceed = (nextOptions: DispatchOptions, nextHandler: object): unknown => {
      decided.add(nextHandler);
      if (!isModern(nextHandler)) return send(nextOptions, nextHandler);
      // Undici 7 wraps such a handler anew on its way down, so that it is known by its options only.
      const own = { ...nextOptions };
      decided.add(own);
      return send(own, nextHandler);
    };
    const connectAnew = (nextOptions: DispatchOptions): boolean => {
      const fresh = freshLike(this);
      if (fresh === undefined) return false;
      decided.add(handler);
      dispatches.depth += 1;
      try {
        Reflect.apply(original, fresh, [nextOptions, handler]);
      } finally {
        dispatches.depth -= 1;
      }
      closeSoon(fresh);
      return true;
    };
    let call: OutboundCall | undefined;
    let consideration: Consideration | undefined;
    try {
      call = callOfDispatch(this, options);
      consideration = call === undefined ? undefined : gate.consider(call);
    } catch (error) {
      logOnce(`a call was left alone: ${reasonOf(error)}`);
    }
    if (call === undefined || consideration === undefined) return proceed(options, handler);
    const dispatched = { call, options, handler, dispatcher: this, proceed, connectAnew };
    handle(dispatched, consideration).catch((error: unknown) => failHandler(handler, error));
    return true;
  };
}

interface Dispatching extends Omit<Dispatched, 'proceed' | 'connectAnew'> {
  proceed(options: DispatchOptions, handler: object): unknown;
  connectAnew(options: DispatchOptions): boolean;
}

async function handle(dispatching: Dispatching, consideration: Consideration): Promise<void> {
  const { handler, proceed } = dispatching;
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
    const send = {
      proceed: () => proceed(options, handler),
      connectAnew: () => dispatching.connectAnew(options),
    };
    await endDispatch({ ...dispatching, ...send, options }, injection);
  }
}

export function isDispatch(value: unknown): value is Dispatch {
  return typeof value === 'function';
}
