import { MemoryStore } from '../../../src/adapters/memory-store.ts';
import type { CommandType } from '../../../src/core/commands.ts';
import type { RunStateChange } from '../../../src/core/publication.ts';
import type { Run } from '../../../src/core/run.ts';
import { DeadlineError } from '../../../src/engine/errors.ts';
import type {
  Clock,
  EffectContext,
  FaultDriver,
  Ports,
  ReadResult,
  Store,
} from '../../../src/engine/ports.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { drivenTo, factsOf, unit } from '../core/decide-support.ts';
import { at } from '../../contract/samples.ts';

/** Time that stands still until the test moves it; what waits for a deadline then gives up. */
export class TestClock implements Clock {
  time = at;
  readonly #waiting = new Set<{ readonly until: number; readonly giveUp: () => void }>();

  now(): number {
    return this.time;
  }

  deadline<T>(afterMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      const waiting = {
        until: this.time + afterMs,
        giveUp: () => {
          const error = new DeadlineError(afterMs);
          controller.abort(error);
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      work(controller.signal)
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(waiting));
    });
  }

  async advance(ms: number): Promise<void> {
    this.time += ms;
    for (const waiting of this.#waiting)
      if (waiting.until <= this.time) {
        this.#waiting.delete(waiting);
        waiting.giveUp();
      }
    await settled();
  }
}

/** Every promise that can go on has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

export const never = new Promise<never>(() => {});

/** A driver that does as it is told, and writes down what it did. */
export class TestDriver implements FaultDriver {
  readonly name = 'dose';
  readonly log: string[] = [];
  readonly #log: (what: string) => void;
  applies: (context: EffectContext) => Promise<void> = () => Promise.resolve();
  reverts: (context: EffectContext) => Promise<ReadResult> = () => Promise.resolve(clean);

  constructor(log: (what: string) => void) {
    this.#log = log;
  }

  plan(): ReturnType<FaultDriver['plan']> {
    return [unit];
  }

  capture(): Promise<string> {
    this.#log('capture');
    return Promise.resolve('before');
  }

  apply(context: EffectContext): Promise<void> {
    this.#log('apply');
    return this.applies(context);
  }

  revert(context: EffectContext): Promise<ReadResult> {
    this.#log('revert');
    return this.reverts(context);
  }

  readBack(): Promise<ReadResult> {
    this.#log('read-back');
    return Promise.resolve(clean);
  }
}

const clean: ReadResult = { read: 'clean', detail: '' };

/** Ports of one process over a store in memory. */
export function testPorts(change: Partial<Ports> = {}): {
  ports: Ports;
  clock: TestClock;
  store: MemoryStore;
  driver: TestDriver;
  /** What was done, in order. */
  log: string[];
  published: RunStateChange[];
  ticks: { epoch: number; n: number }[];
} {
  const log: string[] = [];
  const published: RunStateChange[] = [];
  const ticks: { epoch: number; n: number }[] = [];
  const clock = new TestClock();
  const store = new MemoryStore();
  const driver = new TestDriver((what) => log.push(what));
  const note = (what: CommandType): Promise<void> => {
    log.push(what);
    return Promise.resolve();
  };
  const ports: Ports = {
    clock,
    store,
    drivers: [driver],
    processId: 'p1',
    facts: () => {
      log.push('gather-facts');
      const { limits, window, targets } = factsOf();
      return Promise.resolve({ limits, window, targets });
    },
    alarms: () => Promise.resolve([]),
    observe: async () => {
      await note('observe');
      return { targets: [], evidence: [] };
    },
    probe: () => Promise.resolve({ checks: [], effects: [] }),
    scheduleTick: (_id, epoch, n) => {
      ticks.push({ epoch, n });
      return note('schedule-tick');
    },
    armDeadMan: () => note('arm-dead-man'),
    disarmDeadMan: () => note('disarm-dead-man'),
    publish: (changes) => {
      published.push(...changes);
      return note('publish');
    },
    page: () => note('page'),
    ...change,
  };
  return { ports, clock, store, driver, log, published, ticks };
}

export function stored(store: MemoryStore, id: string): Run {
  const run = store.runs.get(id)?.run;
  if (run === undefined) throw new Error(`No run ${id}`);
  return run;
}

/** The store with some of its methods replaced. */
export function changed(store: MemoryStore, replaced: Partial<Store>): Store {
  return new Proxy<Store>(store, {
    get(truth, name) {
      const own: unknown = Reflect.get(replaced, name);
      if (own !== undefined) return own;
      const method: unknown = Reflect.get(truth, name);
      return typeof method === 'function' ? (method.bind(truth) as unknown) : method;
    },
  });
}

/** The tick that the run expects. */
export function tickOf({ tick }: Run, at: number): { type: 'tick'; at: number; epoch: number; n: number } {
  return { type: 'tick', at, epoch: tick.epoch, n: tick.n };
}

/** A run that has just reached a phase, stored, with nothing outstanding. */
export async function storedAt(
  phase: Parameters<typeof drivenTo>[0],
  change: Parameters<typeof testPorts>[0] = {},
): Promise<ReturnType<typeof testPorts> & { engine: Engine }> {
  const test = testPorts(change);
  const { run, at } = drivenTo(phase);
  await test.store.addActive(run.id, at);
  await test.store.createRun({ ...run, outbox: [] });
  await test.store.putUndo(run.id, unit.id, 'before');
  test.clock.time = at;
  return { ...test, engine: new Engine(test.ports) };
}
