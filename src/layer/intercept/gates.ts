import type { OutboundCall } from '../calls/call.ts';
import type { BoundInjection, Consideration, Gate } from './gate.ts';

/** Several gates as one. A function has one at a time; in a test, one run under faults may lie within another. */
export class Gates implements Gate {
  readonly #gates: Gate[] = [];

  /** Says whether it is the first. */
  add(gate: Gate): boolean {
    return this.#gates.push(gate) === 1;
  }

  /** Says whether it was the last. */
  remove(gate: Gate): boolean {
    const place = this.#gates.indexOf(gate);
    if (place >= 0) this.#gates.splice(place, 1);
    return place >= 0 && this.#gates.length === 0;
  }

  consider(call: OutboundCall): Consideration | undefined {
    const [only, ...others] = this.#gates;
    if (others.length === 0) return only?.consider(call);
    // The one that came last lies within the others.
    const all = this.#gates.toReversed().flatMap((gate) => gate.consider(call) ?? []);
    return all.length < 2 ? all[0] : together(all);
  }

  decided<T>(send: () => T): T {
    return this.#gates.reduce(
      (inner, gate) => () => (gate.decided === undefined ? inner() : gate.decided(inner)),
      send,
    )();
  }
}

function together(all: readonly Consideration[]): Consideration {
  return {
    needsBody: all.some(({ needsBody }) => needsBody),
    mayBeAnswered: all.some(({ mayBeAnswered }) => mayBeAnswered),
    decide: (body) => {
      const injections = all.flatMap((one) => one.decide(body) ?? []);
      const [first, ...others] = injections;
      return first === undefined || others.length === 0 ? first : inOne(first, injections);
    },
  };
}

/** Delays add up, then the first that ends the call does so. */
function inOne(first: BoundInjection, all: readonly BoundInjection[]): BoundInjection {
  const ending = all.find(({ endedBy }) => endedBy !== undefined) ?? first;
  const each = async (ask: (one: BoundInjection) => Promise<boolean>): Promise<boolean> => {
    for (const one of all) if (!(await ask(one))) return false;
    return true;
  };
  const delayed = all.filter(({ delayMs }) => delayMs > 0);
  return {
    ...ending,
    delayMs: delayed.reduce((sum, { delayMs }) => sum + delayMs, 0),
    delayedBy: delayed.flatMap(({ delayedBy }) => delayedBy),
    isAllowed: () => all.every((one) => one.isAllowed()),
    confirm: () => each((one) => one.confirm()),
    delay: () => each((one) => (one.delayMs > 0 ? one.delay() : Promise.resolve(true))),
  };
}
