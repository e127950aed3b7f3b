import type { HandlerCall } from '../realm.ts';
import type { InvocationEffect } from '../faults/module.ts';
import type { Injector, PlannedEffect } from './injector.ts';
import { ANSWER_MARGIN_MS, type Invocation } from './invocation.ts';
import { perform, silence } from './perform.ts';

/**
 * Runs the handler with the faults that work on the invocation itself: before it, instead of it, after it. Delays add
 * up, then the first error in file order is thrown. The control group only runs its handler.
 */
export async function underFaults(
  call: HandlerCall,
  invocation: Invocation,
  injector: Injector,
): Promise<unknown> {
  if (invocation.group === 'control') return perform(call);
  await apply(injector.plan(invocation, 'before'), invocation, injector, injector.longestHandlerMs);
  const answer = await injector.timed(() => perform(call));
  // Without an answer the runtime has ended the invocation by itself: there is nothing left to delay or to discard.
  if (answer !== silence) await apply(injector.plan(invocation, 'after'), invocation, injector, 0);
  return answer;
}

/** @param reserveMs what the handler still needs of the remaining time */
async function apply(
  effects: readonly PlannedEffect[],
  invocation: Invocation,
  injector: Injector,
  reserveMs: number,
): Promise<void> {
  for (const { id, effect } of effects) {
    const delayMs = boundedDelayMs(effect, invocation.remainingMs(), reserveMs);
    if (delayMs > 0) await injector.delay(invocation, [id], delayMs);
  }
  for (const { id, effect } of effects) {
    if (effect.error === undefined || !(await injector.confirm(invocation))) continue;
    injector.count(invocation, id);
    throw effect.error;
  }
}

/** A delay leaves the handler and the answer time to arrive, unless it is meant to run into the timeout. */
function boundedDelayMs(effect: InvocationEffect, remainingMs: number, reserveMs: number): number {
  const wanted = effect.delayMs ?? 0;
  return effect.untilTimeout === true ? wanted : Math.min(wanted, remainingMs - ANSWER_MARGIN_MS - reserveMs);
}
