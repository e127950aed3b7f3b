import { jest } from '@jest/globals';
import { defaultJudgeSettings } from '../../src/core/evidence.ts';
import { sumTelemetry } from '../../src/core/telemetry.ts';
import type { Telemetry } from '../../src/generated/types.ts';
import { systemClock } from '../../src/layer/clock.ts';
import type { Store } from '../../src/layer/store/store.ts';
import { Pace } from '../../src/layer/telemetry/pace.ts';
import { Reporter } from '../../src/layer/telemetry/reporter.ts';
import { failures } from '../../src/signals/failures.ts';
import { doseOf } from './support/doses.ts';

const ORIGIN_AT = 1_800_000_000_000;
const TICK_MS = 1000;

beforeEach(() => {
  jest.useFakeTimers({ now: ORIGIN_AT, doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** What was resolved meanwhile is carried on with; no time passes. */
const carriedOn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await carriedOn();
}

/** A realm whose reports are remembered; `broken` for as long as the test says. */
function newRealm() {
  const dose = doseOf([], { tick: { originAt: ORIGIN_AT, lengthMs: TICK_MS } });
  const writes: Telemetry[] = [];
  const state = { broken: false };
  const store: Store = {
    readDose: () => Promise.reject(new Error('not here')),
    writeTelemetry: (telemetry) => {
      writes.push(telemetry);
      return state.broken ? Promise.reject(new Error('the store is down')) : Promise.resolve();
    },
  };
  const reporter = new Reporter(dose, store, systemClock);
  const pace = new Pace(dose, reporter, systemClock);
  return {
    state,
    writes,
    start(group: 'experimental' | 'control') {
      const cohort = reporter.cohortAt(Date.now());
      reporter.started(group, cohort);
      pace.started();
      return (failed: boolean): Promise<void> => {
        reporter.finished(group, cohort, failed, 1);
        return pace.finished();
      };
    },
    /** Started and finished, as whoever reads the store knows them. */
    known: (group: 'experimental' | 'control') => {
      const { started = 0, finished = 0 } = writes.at(-1)?.groups[group] ?? {};
      return [started, finished];
    },
  };
}

describe.each(['experimental', 'control'] as const)('in the %s group', (group) => {
  it('a start is sent before anything else happens', () => {
    const realm = newRealm();
    realm.start(group);
    expect(realm.known(group)).toEqual([1, 0]);
  });

  it('a start just after an outcome is sent a tick later, if the invocation still runs', async () => {
    const realm = newRealm();
    await realm.start(group)(false);
    realm.start(group);
    await pass(TICK_MS - 1);
    expect(realm.known(group)).toEqual([1, 1]);
    await pass(1);
    expect(realm.known(group)).toEqual([2, 1]);
  });

  it('one at a time, an invocation whose start is known never ends without its outcome being sent', async () => {
    const realm = newRealm();
    for (let count = 0; count < 300; count += 1) {
      const end = realm.start(group);
      await pass((count * 37) % 1500);
      const isKnown = realm.known(group)[0] === count + 1;
      await end(count % 3 === 0);
      // The sandbox may be frozen for ever now.
      if (isKnown) expect(realm.known(group)).toEqual([count + 1, count + 1]);
      await pass((count * 53) % 400);
    }
  });

  it('many invocations need two writes in the length of a tick', async () => {
    const realm = newRealm();
    for (let count = 0; count < 1000; count += 1) {
      const end = realm.start(group);
      await pass(5);
      await end(false);
      await pass(5);
    }
    expect(realm.writes.length).toBeLessThanOrEqual(2 * 11);
    expect(realm.writes.length).toBeGreaterThan(10);
  });

  it('what a failing store did not take is tried again, once per tick', async () => {
    const realm = newRealm();
    realm.state.broken = true;
    realm.start(group);
    for (let tick = 0; tick < 10; tick += 1) await pass(TICK_MS);
    expect(realm.writes.length).toBeGreaterThanOrEqual(2);
    expect(realm.writes.length).toBeLessThanOrEqual(11);
    realm.state.broken = false;
    for (let tick = 0; tick < 3; tick += 1) await pass(TICK_MS);
    expect(realm.known(group)).toEqual([1, 0]);
    const enough = realm.writes.length;
    for (let tick = 0; tick < 10; tick += 1) await pass(TICK_MS);
    expect(realm.writes).toHaveLength(enough);
  });
});

// Sandboxes with one invocation at a time; failures end at once, successes after seconds: were starts known with their
// outcome only, the failures would be seen first, and nine of ten of these runs be aborted.
describe('whole runs whose failures are at their limit, with successes that take seconds', () => {
  const RUNS = 60;
  const SHARE = 0.1;

  it('are rarely taken for harmful', async () => {
    const aborted: number[] = [];
    for (let run = 0; run < RUNS; run += 1) if (await looksHarmful(randomFrom(run + 1))) aborted.push(run);
    // More have a probability of less than one in ten thousand, at 5 % each.
    expect(aborted.length).toBeLessThanOrEqual(10);
  });

  interface Running {
    readonly endsAt: number;
    readonly failed: boolean;
    readonly realm: ReturnType<typeof newRealm>;
    readonly end: (failed: boolean) => Promise<void>;
  }

  /** Twenty invocations a second for twenty seconds, a look every second. */
  async function looksHarmful(random: () => number): Promise<boolean> {
    const realms: ReturnType<typeof newRealm>[] = [];
    const idle: typeof realms = [];
    const running: Running[] = [];
    const begin = (at: number): void => {
      const realm = idle.pop() ?? newRealm();
      if (!realms.includes(realm)) realms.push(realm);
      const failed = random() < SHARE;
      const endsAt = at + (failed ? 1 : 2000 + 2000 * random());
      running.push({ endsAt, failed, realm, end: realm.start('experimental') });
    };
    const finish = (endsAt: number): void => {
      for (const [index, one] of running.entries()) {
        if (one.endsAt !== endsAt) continue;
        void one.end(one.failed);
        idle.push(one.realm);
        running.splice(index, 1);
        return;
      }
    };
    const beganAt = Date.now();
    let arrivesAt = beganAt;
    for (let lookAt = beganAt + 1000; lookAt <= beganAt + 20_000; lookAt += 1000) {
      for (;;) {
        const endsAt = Math.min(...running.map((one) => one.endsAt));
        const at = Math.min(endsAt, arrivesAt, lookAt);
        await pass(Math.max(0, at - Date.now()));
        if (at === lookAt) break;
        if (at === endsAt) {
          finish(at);
        } else {
          begin(at);
          arrivesAt = at - Math.log(1 - random()) * 50;
        }
        await carriedOn();
      }
      if (harmIn(realms.flatMap(({ writes }) => writes.slice(-1)))) return true;
    }
    return false;
  }

  function harmIn(reports: Telemetry[]): boolean {
    const seen = sumTelemetry(reports, {
      target: 'checkout',
      at: Date.now(),
      tick: { originAt: ORIGIN_AT, lengthMs: TICK_MS },
      deadlineMs: 6000,
      graceMs: 1000,
    });
    const signal = { name: 'errors', signal: 'failures', target: 'checkout', atMost: SHARE } as const;
    const [evidence] = failures.judge(signal, seen, defaultJudgeSettings);
    return (evidence?.logHarm ?? Number.NaN) >= Math.log(1 / defaultJudgeSettings.alphaAbort);
  }

  /** Mulberry32: the runs are the same every time. */
  function randomFrom(seed: number): () => number {
    let state = seed * 7919;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }
});
