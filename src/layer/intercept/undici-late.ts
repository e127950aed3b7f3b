import { AsyncResource } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { logOnce, reasonOf } from '../log.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { BoundInjection, Consideration } from './gate.ts';
import { isObject, member, symbolOf, underSymbol } from './peek.ts';
import { connectTimeout } from './undici-blackhole.ts';
import type { Dispatches } from './undici-dispatch.ts';
import { failHandler } from './undici-answer.ts';
import { endNow } from './undici-end.ts';
import { callOfDispatch, textOfBody } from './undici-request.ts';
import { slowHandler } from './undici-slow.ts';

/**
 * Meets the calls of copies of undici whose classes are not known yet, by the channels that every copy reports to: at
 * the request that a Client makes of a call, in whose asynchronous context the call was made unless it had to queue.
 * What has to wait before it is decided cannot wait here, and is left alone. `learn` is told of each copy's Client.
 */
export function interceptRequests(dispatches: Dispatches, learn: (client: unknown) => void): () => void {
  const known = new WeakSet<object>();
  const onConnection = (message: unknown): void => {
    const copy = member(member(message, 'request'), 'constructor');
    if (typeof copy === 'function') {
      if (known.has(copy)) return;
      known.add(copy);
    }
    learn(underSymbol(member(message, 'socket'), 'client'));
  };
  const listeners = {
    'undici:request:create': (message: unknown) => met(member(message, 'request'), dispatches),
    'undici:client:connected': onConnection,
    'undici:client:sendHeaders': onConnection,
  };
  const stops = Object.entries(listeners).map(([channel, listener]) => {
    const safe = (message: unknown): void => {
      try {
        if (dispatches.active) listener(message);
      } catch (error) {
        logOnce(`a call over undici was left alone: ${reasonOf(error)}`);
      }
    };
    subscribe(channel, safe);
    return () => unsubscribe(channel, safe);
  });
  return () => {
    for (const stop of stops) stop();
  };
}

/** A request as undici makes it of a call, in every version since 5. */
interface UndiciRequest {
  readonly method: unknown;
  readonly origin: unknown;
  readonly path: unknown;
  readonly headers: unknown;
  readonly host?: unknown;
  readonly body: unknown;
  /** It is not to be sent any more. */
  aborted: boolean;
  onFinally?(): void;
}

function met(request: unknown, dispatches: Dispatches): void {
  if (dispatches.depth > 0 || !isRequest(request)) return;
  const symbol = symbolOf(request, 'handler');
  const handler: unknown = symbol === undefined ? undefined : Reflect.get(request, symbol);
  if (symbol === undefined || !isObject(handler)) return;
  if (dispatches.decided.has(handler)) return;
  const call = callOfDispatch(request, request);
  if (call === undefined) return;
  const ask = (): Consideration | undefined => dispatches.gate.consider(call);
  // A call that had to queue is made in the context of another: its handler may know its own.
  const consideration = handler instanceof AsyncResource ? handler.runInAsyncScope(ask) : ask();
  if (consideration === undefined) return;
  if (consideration.needsBody && !isWhole(request.body)) return leaveAlone('its body is a stream');
  const injection = consideration.decide(consideration.needsBody ? textOfBody(request.body) : '');
  if (injection === undefined) return;
  if (injection.endedBy === undefined) {
    const slow = slowHandler(handler, () => injection.delay());
    Reflect.set(request, symbol, slow);
  } else if (injection.delayMs > 0 || !injection.isAllowed()) {
    leaveAlone('it would have to wait before its error');
  } else end(request, handler, call, injection);
}

/** Takes the request away from its Client, and ends the call. */
function end(request: UndiciRequest, handler: object, call: OutboundCall, injection: BoundInjection): void {
  request.aborted = true;
  request.onFinally?.();
  const options = { method: request.method, origin: request.origin, body: request.body };
  // There is no way back: what comes out of a blackhole has waited too long for its connection.
  const proceed = (): void => failHandler(handler, connectTimeout(call));
  endNow({ call, options, handler, dispatcher: request, proceed, connectAnew: () => false }, injection).catch(
    (error: unknown) => failHandler(handler, error),
  );
}

function leaveAlone(reason: string): void {
  logOnce(`the first call of a copy of undici was left alone: ${reason}`);
}

function isWhole(body: unknown): boolean {
  return body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

function isRequest(value: unknown): value is UndiciRequest {
  return isObject(value) && Reflect.get(value, 'aborted') === false;
}
