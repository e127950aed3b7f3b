import type { HandlerCall } from '../realm.ts';

/** The function ended without an answer: neither callback nor promise, and nothing left to run. */
export const silence = Symbol('no answer');

type Callback = (error?: unknown, result?: unknown) => unknown;

/** Calls the handler exactly as the runtime called us. */
export function callPlainly({ handler, self, args }: HandlerCall): unknown {
  return Reflect.apply(handler, self, args);
}

/** Whether the runtime has given a callback, as it does up to nodejs22.x: then a return value alone is no answer. */
export function callbackOf({ args, streaming }: HandlerCall): Callback | undefined {
  const callback = args[2];
  return !streaming && isCallback(callback) ? callback : undefined;
}

/** Calls the handler and resolves with its answer, in whichever way it gives it. */
export async function perform(call: HandlerCall): Promise<unknown> {
  if (callbackOf(call) !== undefined) return answerByCallback(call);
  const answer = callPlainly(call);
  if (call.streaming && !isThenable(answer))
    throw new Error('Streaming does not support non-async handlers.');
  return answer;
}

/** Hands an outcome to the runtime's callback; silence is left for the runtime to notice. */
export function deliver(outcome: Promise<unknown>, callback: Callback, context: unknown): void {
  const fail = memberOf(context, 'fail');
  outcome.then(
    (answer) => (answer === silence ? undefined : callback(null, answer)),
    (error: unknown) => (fail === undefined ? callback(error) : Reflect.apply(fail, context, [error])),
  );
}

function answerByCallback(call: HandlerCall): Promise<unknown> {
  const [event, context, , ...rest] = call.args;
  return new Promise((resolve, fail: (error: unknown) => void) => {
    const restores: (() => void)[] = [];
    const onceSettled = (settle: () => void): void => {
      process.off('beforeExit', onSilence);
      for (const restore of restores.splice(0)) restore();
      settle();
    };
    const done: Callback = (error, result) =>
      onceSettled(() => (isNothing(error) ? resolve(result) : fail(error)));
    const onSilence = (): void => onceSettled(() => resolve(silence));
    process.on('beforeExit', onSilence);
    restores.push(
      replace(context, 'done', done),
      replace(context, 'succeed', (result) => done(null, result)),
      replace(context, 'fail', (error) => onceSettled(() => fail(error))),
    );
    try {
      const answer: unknown = Reflect.apply(call.handler, call.self, [event, context, done, ...rest]);
      if (isThenable(answer)) {
        answer.then(
          (result) => done(null, result),
          (error) => onceSettled(() => fail(error)),
        );
      }
    } catch (error) {
      onceSettled(() => fail(error));
    }
  });
}

/** Puts another method on the invocation's context, where it has such a one; the returned function puts it back. */
function replace(
  context: unknown,
  name: string,
  method: (value: unknown, more?: unknown) => unknown,
): () => void {
  const original = memberOf(context, name);
  if (typeof context !== 'object' || context === null || original === undefined) return () => undefined;
  Reflect.set(context, name, method);
  return () => {
    Reflect.set(context, name, original);
  };
}

function memberOf(context: unknown, name: string): Callback | undefined {
  const member: unknown =
    typeof context === 'object' && context !== null ? Reflect.get(context, name) : undefined;
  return isCallback(member) ? member : undefined;
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

/** A callback without an error passes null, or leaves it out. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

interface Thenable {
  then(resolve: (value: unknown) => unknown, reject: (reason: unknown) => unknown): unknown;
}

function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function';
}
