import type { Handler } from '../../src/layer/load-handler.ts';
import type { Realm } from '../../src/layer/realm.ts';
import { systemClock } from '../../src/layer/clock.ts';
import { fixedSource } from '../../src/layer/dose-source.ts';
import { Memory } from '../../src/layer/run/memory.ts';
import { Run } from '../../src/layer/run/run.ts';
import { Reporter } from '../../src/layer/telemetry/reporter.ts';
import { wrapHandler } from '../../src/layer/wrap.ts';
import type { InFunctionFault } from '../../src/generated/types.ts';
import { doseOf, idIn } from './support/doses.ts';

// The runtime client 4.x refuses callback handlers, nodejs22.x on AWS still takes them: so here without a runtime,
// by the protocol of the client 3.x (a callback third, and succeed, fail and done on the context).
const error: InFunctionFault = { kind: 'invocation.error', target: 'checkout', name: 'Injected' };

interface Legacy {
  awsRequestId: string;
  callbackWaitsForEmptyEventLoop: boolean;
  succeed: (result: unknown) => void;
  fail: (error: unknown) => void;
  done: (error: unknown, result?: unknown) => void;
}

/** Calls a handler as the client 3.x does; resolves with what reached the runtime, and how. */
function callLegacy(handler: Handler, requestId: string): Promise<unknown> {
  return new Promise((resolve) => {
    const callback = (problem: unknown, result: unknown): void => resolve(problem ? { problem } : { result });
    const context: Legacy = {
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      succeed: (result) => callback(null, result),
      fail: (problem) => resolve({ problem }),
      done: callback,
    };
    const returned = handler({ n: 1 }, context, callback);
    if (returned instanceof Promise) returned.then(context.succeed, context.fail);
  });
}

function wrapped(
  handler: Handler,
  faults: InFunctionFault[] | undefined,
): { handler: Handler; id: string; realm: Realm } {
  const realm: Realm = { active: undefined, lookedAt: Date.now(), lookEveryMs: 1e9, look: () => undefined };
  const dose = doseOf(faults ?? []);
  if (faults !== undefined) {
    const parts = {
      realm,
      source: fixedSource,
      clock: systemClock,
      memory: new Memory(),
      functionName: 'checkout',
      concurrent: false,
    };
    realm.active = new Run(dose, { ...parts, reporter: new Reporter(dose, undefined, systemClock) });
  }
  return { handler: wrapHandler(handler, realm, Date.now), id: idIn('experimental', dose), realm };
}

const styles: Record<string, Handler> = {
  callback: (event, _context, callback) => {
    setTimeout(() => (callback as (error: null, result: unknown) => void)(null, event), 1);
  },
  'context.done': (event, context) => {
    setTimeout(() => (context as Legacy).done(null, event), 1);
  },
  'context.succeed': (event, context) => (context as Legacy).succeed(event),
  promise: async (event) => event,
};

describe.each(Object.entries(styles))('F6: a handler that answers by %s', (_style, handler) => {
  it('answers without and with a dose', async () => {
    for (const faults of [undefined, []]) {
      const { handler: ours, id } = wrapped(handler, faults);
      expect(await callLegacy(ours, id)).toEqual({ result: { n: 1 } });
    }
  });

  it.each(['instead', 'after'] as const)('fails under a fault, %s', async (when) => {
    const { handler: ours, id, realm } = wrapped(handler, [{ ...error, when }]);
    expect(await callLegacy(ours, id)).toEqual({ problem: expect.objectContaining({ name: 'Injected' }) });
    if (realm.active instanceof Run) realm.active.end();
  });
});

const idle: InFunctionFault = { kind: 'invocation.latency', target: 'checkout', delay: 0 };

it('F6: errors reach the callback, the context and the runtime unchanged', async () => {
  const own = new RangeError('of its own');
  const failing: Handler[] = [
    (_event, _context, callback) => (callback as (problem: Error) => void)(own),
    (_event, context) => (context as Legacy).fail(own),
    async () => Promise.reject(own),
    () => {
      throw own;
    },
  ];
  for (const handler of failing) {
    const { handler: ours, id } = wrapped(handler, [idle]);
    expect(await callLegacy(ours, id)).toEqual({ problem: own });
  }
});

it('F6: name, arity, marks and other properties are those of the original', () => {
  const original = Object.assign(function checkout(_a: unknown, _b: unknown, _c: unknown) {}, { use: 1 });
  const mark = Symbol.for('aws.lambda.runtime.handler.streaming');
  Object.defineProperty(original, mark, { value: 'response' });
  const { handler } = wrapped(original, undefined);
  expect([handler.name, handler.length, Reflect.get(handler, 'use'), Reflect.get(handler, mark)]).toEqual([
    'checkout',
    3,
    1,
    'response',
  ]);
  expect(wrapped(async () => 1, undefined).handler.constructor.name).toBe('AsyncFunction');
});

it('without a dose the original is called once, with the same this and arguments, and its very answer returned', () => {
  const answer = {};
  const seen: unknown[] = [];
  const { handler } = wrapped(function (this: unknown, ...args) {
    seen.push([this, ...args]);
    return answer;
  }, undefined);
  const self = {};
  expect(Reflect.apply(handler, self, [1, 2, 3, 4])).toBe(answer);
  expect(seen).toEqual([[self, 1, 2, 3, 4]]);
});
