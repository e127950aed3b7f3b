import type { Handler } from '../layer/load-handler.ts';
import type { Realm } from '../layer/realm.ts';
import { contextOf } from '../layer/run/context.ts';
import { callbackOf, deliver } from '../layer/run/perform.ts';
import { wrapHandler } from '../layer/wrap.ts';
import type { Outcome, TestOptions, Wrapped } from './api.ts';
import { readOptions } from './options.ts';
import { Rehearsal } from './rehearsal.ts';

export type * from './api.ts';
export { DifferentCalls, SandboxExit } from './errors.ts';
export { journalOf } from './note.ts';
export { InvalidOptions } from './problems.ts';

/**
 * Runs `work` with faults on the calls that it makes, and on no others. Everything is taken back when it has ended,
 * whichever way; calls that outlive it are left alone.
 */
export async function withFaults<T>(options: TestOptions, work: () => T): Promise<Outcome<Awaited<T>>> {
  const rehearsal = new Rehearsal(readOptions(options, 'withFaults'));
  const results: Awaited<T>[] = [];
  const handler = async (): Promise<void> => void results.push(await work());
  await rehearsal.invoke({ handler, self: undefined, args: [], streaming: false });
  const [result] = results;
  // What it does not resolve with, it throws: then this is not reached.
  return { result: result as Awaited<T>, journal: rehearsal.journal() };
}

/**
 * A handler of the same kind (name, arity, streaming mark) whose every invocation is under faults: those on the calls
 * that it makes, and those on the invocation itself.
 */
export function wrap<H extends (...args: never[]) => unknown>(handler: H, options: TestOptions): Wrapped<H> {
  if (!isHandler(handler)) throw new TypeError(`wrap takes a handler, and this is ${typeof handler}`);
  const rehearsal = new Rehearsal(readOptions(options, 'wrap'));
  const realm: Realm = {
    active: {
      invoke: (call) => {
        const outcome = rehearsal.invoke(call);
        const callback = callbackOf(call);
        return callback === undefined ? outcome : deliver(outcome, callback, contextOf(call));
      },
    },
    lookedAt: 0,
    lookEveryMs: Number.POSITIVE_INFINITY,
    look: () => undefined,
  };
  const wrapped = wrapHandler(handler, realm, () => 0);
  Object.defineProperty(wrapped, 'journal', { configurable: true, get: () => rehearsal.journal() });
  if (!isWrapped<H>(wrapped)) throw new Error('the wrapped handler has no journal');
  return wrapped;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function isWrapped<H extends (...args: never[]) => unknown>(value: unknown): value is Wrapped<H> {
  return typeof value === 'function' && 'journal' in value;
}
