import type { Handler } from './load-handler.ts';
import type { Realm } from './realm.ts';

/** How AWS's runtime marks a handler that streams its answer. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/**
 * A handler of the same kind: name, arity, streaming marks and every other property of the original.
 * With no active dose it looks at one variable and at the clock, and calls the original with the same arguments.
 */
export function wrapHandler(handler: Handler, realm: Realm, now: () => number): Handler {
  const streaming = Boolean(Reflect.get(handler, STREAMING));
  const wrapped: Handler = function (this: unknown, ...args: unknown[]): unknown {
    if (realm.active !== undefined) return realm.active.invoke({ handler, self: this, args, streaming });
    const sinceMs = now() - realm.lookedAt;
    // A clock that went back must not stop the looking.
    if (sinceMs >= realm.lookEveryMs || sinceMs < 0) realm.look();
    return handler.apply(this, args);
  };
  for (const key of Reflect.ownKeys(handler)) {
    const property = Object.getOwnPropertyDescriptor(handler, key);
    if (property !== undefined && key !== 'prototype' && key !== 'arguments' && key !== 'caller') {
      Object.defineProperty(wrapped, key, property);
    }
  }
  const prototype: unknown = Object.getPrototypeOf(handler);
  if (typeof prototype === 'object' && prototype !== Function.prototype) {
    Object.setPrototypeOf(wrapped, prototype); // an async function stays one for those who ask
  }
  return wrapped;
}
