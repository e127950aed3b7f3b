import type { HandlerCall } from '../realm.ts';

/** The invocation's context as the runtime gave it: second argument, third where the answer is streamed. */
export function contextOf({ args, streaming }: HandlerCall): unknown {
  return args[streaming ? 2 : 1];
}

export function requestIdOf(call: HandlerCall): string | undefined {
  const id = member(contextOf(call), 'awsRequestId');
  return typeof id === 'string' ? id : undefined;
}

/** Milliseconds until the invocation times out; without end where the runtime does not say. */
export function remainingMsOf(call: HandlerCall): number {
  const context = contextOf(call);
  const remaining = member(context, 'getRemainingTimeInMillis');
  const ms: unknown = typeof remaining === 'function' ? Reflect.apply(remaining, context, []) : undefined;
  return typeof ms === 'number' && !Number.isNaN(ms) ? ms : Number.POSITIVE_INFINITY;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
