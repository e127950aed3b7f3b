import type { OutboundCall } from '../calls/call.ts';
import type { Unreachable } from '../faults/module.ts';
import type { BoundInjection } from './gate.ts';
import { answerHandler, failHandler } from './undici-answer.ts';
import { blackhole } from './undici-blackhole.ts';
import type { DispatchOptions } from './undici-request.ts';
import { connectionError } from './unreachable.ts';

/** A call that goes through an undici dispatcher. */
export interface Dispatched {
  readonly call: OutboundCall;
  readonly options: DispatchOptions;
  readonly handler: object;
  readonly dispatcher: object;
  /** Sends it as if nothing had been. */
  proceed(): unknown;
  /** Sends it over a connection of its own; false where that cannot be had. */
  connectAnew(): boolean;
}

/** Ends a call without its dependency, if the dose still allows it when that is due. */
export async function endDispatch(dispatched: Dispatched, injection: BoundInjection): Promise<void> {
  const waited = injection.delayMs === 0 || (await injection.delay());
  if (waited && (await injection.confirm())) await endNow(dispatched, injection);
  else dispatched.proceed();
}

/** Ends a call without its dependency. */
export async function endNow(dispatched: Dispatched, injection: BoundInjection): Promise<void> {
  const { answer, unreachable } = injection;
  const { options, handler, call } = dispatched;
  if (answer !== undefined) {
    const given = answer.later === undefined ? answer : await answer.later();
    return answerHandler(options, handler, given, () => injection.ended());
  }
  if (unreachable === undefined) return void dispatched.proceed();
  injection.ended();
  const anew = unreachable.how !== 'reset' && injection.failing?.within(() => dispatched.connectAnew());
  if (anew === true) return;
  if (unreachable.how === 'blackhole') return blackhole(dispatched, injection);
  failHandler(handler, await errorOf(unreachable.how, injection, call));
}

/** Node's own error where a connection can be had that fails: with the address behind the name. */
function errorOf(
  how: Exclude<Unreachable['how'], 'blackhole'>,
  { failing }: BoundInjection,
  call: OutboundCall,
): Error | Promise<Error> {
  if (failing === undefined || how === 'reset') return connectionError(how, call);
  const { host, port } = call;
  return new Promise((resolve) => failing.connection({ host, port }).once('error', resolve));
}
