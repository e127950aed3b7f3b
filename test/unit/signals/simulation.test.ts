import { defaultJudgeSettings } from '../../../src/core/evidence.ts';
import { sumTelemetry, type TelemetryView } from '../../../src/core/telemetry.ts';
import type {
  FailuresSignal,
  GroupCounters,
  LatencySignal,
  Telemetry,
} from '../../../src/generated/types.ts';
import { failures } from '../../../src/signals/failures.ts';
import { latency } from '../../../src/signals/latency.ts';
import { bucketOf, histogramOf } from '../../../src/stats/histogram.ts';
import { pack } from '../../../src/stats/packing.ts';

// Whole runs in miniature: invocations with a random group, start, duration and outcome; realms that report; a look at
// every second tick. Failures end at once and successes take long: the case in which counting what has ended first
// would cry wolf.

const TICK_MS = 1000;
const LOOK_EVERY_MS = 2 * TICK_MS;
const RATE_PER_SECOND = 20;
const REALMS = 2;
const ALPHA = defaultJudgeSettings.alphaAbort;
const view: Omit<TelemetryView, 'at'> = {
  target: 'checkout',
  tick: { originAt: 0, lengthMs: TICK_MS },
  deadlineMs: 11_000,
  graceMs: 1000,
};

interface World {
  readonly experimental: number;
  readonly control: number;
  readonly lengthMs: number;
  readonly successMs: (random: () => number) => number;
  /** Whether realms report latencies; whoever judges failures alone does without. */
  readonly timed: boolean;
}

interface Ended {
  readonly at: number;
  readonly cohort: number;
  readonly group: 'experimental' | 'control';
  readonly realm: number;
  readonly failed: boolean;
  readonly tookMs: number;
}

const slowSuccesses = (random: () => number) => 5000 + 5000 * random();

/** Of `runs` harmless ones, more false alarms than this have a probability below one in a million, at `alpha` each. */
function mostFalseAlarms(runs: number, alpha: number): number {
  let [below, probability, count] = [0, (1 - alpha) ** runs, 0];
  while (below + probability < 1 - 1e-6) {
    below += probability;
    probability *= ((runs - count) / (count + 1)) * (alpha / (1 - alpha));
    count++;
  }
  return count;
}

const failuresSignal = (tolerance: Partial<FailuresSignal>): FailuresSignal => ({
  name: 'errors',
  signal: 'failures',
  target: 'checkout',
  ...tolerance,
});

/** The invocations after which each run aborts; null where it never does. */
function aborts(
  runs: number,
  world: World,
  judge: (items: Telemetry[], at: number) => number,
): (number | null)[] {
  return Array.from({ length: runs }, (_, run) => {
    const sandbox = startRun(world, mulberry32(run * 7919 + 1));
    for (let at = LOOK_EVERY_MS; at <= world.lengthMs; at += LOOK_EVERY_MS) {
      const items = sandbox.lookAt(at);
      if (judge(items, at) >= Math.log(1 / ALPHA)) return sandbox.started();
    }
    return null;
  });
}

const harmOfFailures = (tolerance: Partial<FailuresSignal>) => (items: Telemetry[], at: number) => {
  const seen = sumTelemetry(items, { ...view, at });
  return failures.judge(failuresSignal(tolerance), seen, defaultJudgeSettings)[0]?.logHarm ?? NaN;
};

describe('in simulated runs, looked at all the time', () => {
  const runs = 160;
  const harmless = {
    experimental: 0.02,
    control: 0.02,
    lengthMs: 60_000,
    successMs: slowSuccesses,
    timed: false,
  };

  it('failures at their limit, seen before the slower successes, rarely abort', () => {
    const falsely = aborts(runs, harmless, harmOfFailures({ atMost: 0.02 })).filter((n) => n !== null);
    expect(falsely.length).toBeLessThanOrEqual(mostFalseAlarms(runs, ALPHA));
  });

  it('failures at their margin over the control group rarely abort', () => {
    const atMargin = { ...harmless, experimental: 0.04 };
    const falsely = aborts(runs, atMargin, harmOfFailures({ noWorseThan: 0.02 })).filter((n) => n !== null);
    expect(falsely.length).toBeLessThanOrEqual(mostFalseAlarms(runs, ALPHA));
  });

  it('latency at its limit rarely aborts, though quick answers are seen first', () => {
    const signal: LatencySignal = {
      name: 'speed',
      signal: 'latency',
      target: 'checkout',
      p95: { atMost: 5000 },
    };
    const world = {
      ...harmless,
      experimental: 0,
      control: 0,
      successMs: (random: () => number) => (random() < 0.95 ? 100 : 6000 + 100 * random()),
      timed: true,
    };
    const harm = (items: Telemetry[], at: number) => {
      const seen = sumTelemetry(items, { ...view, at });
      return latency.judge(signal, seen, defaultJudgeSettings)[0]?.logHarm ?? NaN;
    };
    const falsely = aborts(runs, world, harm).filter((n) => n !== null);
    expect(falsely.length).toBeLessThanOrEqual(mostFalseAlarms(runs, ALPHA));
  });

  it('a rise of failures from 1 % to 5 % is found, and early', () => {
    const harmful = { ...harmless, experimental: 0.05, control: 0.01, lengthMs: 200_000 };
    const found = aborts(40, harmful, harmOfFailures({})).filter((n) => n !== null);
    expect(found.length).toBeGreaterThanOrEqual(38);
    // About 1,150 invocations in the long run, and those that start before the first cohorts are closed.
    expect(mean(found)).toBeLessThan(1150 * 1.6);
    const absolute = aborts(40, harmful, harmOfFailures({ atMost: 0.01 })).filter((n) => n !== null);
    expect(absolute.length).toBe(40);
    expect(mean(absolute)).toBeLessThan(2 * 128 * 1.6);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Realms that report what has ended until a look, and count what has started. */
function startRun(world: World, random: () => number) {
  const arrivals: { at: number; ended: Ended }[] = [];
  for (let at = nextArrival(0, random); at < world.lengthMs; at = nextArrival(at, random)) {
    const group = random() < defaultJudgeSettings.pi ? 'experimental' : 'control';
    const failed = random() < world[group];
    const tookMs = failed ? 1 : world.successMs(random);
    const realm = Math.floor(random() * REALMS);
    const cohort = Math.floor(at / TICK_MS);
    arrivals.push({ at, ended: { at: at + tookMs, cohort, group, realm, failed, tookMs } });
  }
  const endings = arrivals.map((one) => one.ended).toSorted((a, b) => a.at - b.at);
  const realms = Array.from({ length: REALMS }, () => ({
    experimental: newBooks(world),
    control: newBooks(world),
  }));
  let [begun, over] = [0, 0];
  const bookOf = (one: Ended) => realms[one.realm]?.[one.group];
  return {
    started: () => begun,
    lookAt(at: number): Telemetry[] {
      for (let next = arrivals[begun]; next !== undefined && next.at <= at; next = arrivals[++begun])
        bookOf(next.ended)?.start(next.ended);
      for (let next = endings[over]; next !== undefined && next.at <= at; next = endings[++over])
        bookOf(next)?.end(next);
      return realms.map(({ experimental, control }, index) => ({
        version: 1,
        runId: 'run-1',
        realm: `realm-${index}`,
        seq: at,
        at,
        groups: { experimental: experimental.counters(), control: control.counters() },
        fired: {},
        skipped: {},
      }));
    },
  };
}

/** One group's counters in one realm, as the telemetry format has them. */
function newBooks(world: World) {
  const totals = { started: 0, finished: 0, failed: 0 };
  const cohorts = new Map<number, { started: number; finished: number; failed: number }>();
  const buckets = new Map<number, number>();
  const cohortOf = (one: Ended) => {
    const known = cohorts.get(one.cohort) ?? { started: 0, finished: 0, failed: 0 };
    cohorts.set(one.cohort, known);
    return known;
  };
  return {
    start(one: Ended) {
      for (const counts of [totals, cohortOf(one)]) counts.started++;
    },
    end(one: Ended) {
      for (const counts of [totals, cohortOf(one)]) {
        counts.finished++;
        if (one.failed) counts.failed++;
      }
      if (!world.timed) return;
      const bucket = bucketOf(one.tookMs);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    },
    counters(): GroupCounters {
      for (const id of [...cohorts.keys()].toSorted((a, b) => a - b).slice(0, -16)) cohorts.delete(id);
      return {
        ...totals,
        histogram: pack(histogramOf(buckets)),
        cohorts: [...cohorts].map(([id, c]) => [id, c.started, c.finished, c.failed]),
      };
    },
  };
}

function nextArrival(at: number, random: () => number): number {
  return at - (Math.log(1 - random()) * 1000) / RATE_PER_SECOND;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
