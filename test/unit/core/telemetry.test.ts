import fc from 'fast-check';
import {
  cohortLengthMs,
  MAX_COHORTS,
  sumTelemetry,
  TelemetryError,
  type TelemetryView,
} from '../../../src/core/telemetry.ts';
import type { GroupCounters, Telemetry } from '../../../src/generated/types.ts';
import { exceedances, total } from '../../../src/stats/histogram.ts';
import { pack } from '../../../src/stats/packing.ts';

const view: TelemetryView = {
  target: 'checkout',
  at: 100_000,
  tick: { originAt: 0, lengthMs: 1000 },
  deadlineMs: 6000,
  graceMs: 2000,
};

type Cohort = GroupCounters['cohorts'][number];

/** Counters whose cohorts are the last of what they count. */
function counters(
  cohorts: Cohort[],
  before: { started: number; finished: number; failed: number },
): GroupCounters {
  const sumOf = (column: 1 | 2 | 3) => cohorts.reduce((sum, cohort) => sum + cohort[column], 0);
  const finished = before.finished + sumOf(2);
  return {
    started: before.started + sumOf(1),
    finished,
    failed: before.failed + sumOf(3),
    histogram: finished === 0 ? '' : pack([[250, finished]]),
    cohorts,
  };
}
const none = { started: 0, finished: 0, failed: 0 };
const idle = counters([], none);
const report = (
  parts: Partial<Telemetry> & { experimental?: GroupCounters; control?: GroupCounters } = {},
): Telemetry => {
  const { experimental = idle, control = idle, ...rest } = parts;
  return {
    version: 1,
    runId: 'run-1',
    realm: 'realm-aaaa',
    seq: 1,
    at: 100_000,
    groups: { experimental, control },
    fired: {},
    skipped: {},
    ...rest,
  };
};
const closedOf = (cohorts: Cohort[], looking: Partial<TelemetryView> = {}) =>
  sumTelemetry([report({ experimental: counters(cohorts, none) })], { ...view, ...looking }).experimental;

const cohortList = fc
  .uniqueArray(fc.integer({ min: 60, max: 100 }), { maxLength: MAX_COHORTS })
  .chain((ids) =>
    fc.tuple(
      ...ids
        .toSorted((a, b) => a - b)
        .map((id) =>
          fc
            .tuple(fc.nat(20), fc.nat(20), fc.nat(5))
            .map(([failed, succeeded, pending]): Cohort => [
              id,
              failed + succeeded + pending,
              failed + succeeded,
              failed,
            ]),
        ),
    ),
  );
const group = fc
  .tuple(cohortList, fc.nat(100), fc.nat(20))
  .map(([cohorts, good, failed]) =>
    counters(cohorts, { started: good + failed, finished: good + failed, failed }),
  );
const item: fc.Arbitrary<Telemetry> = fc
  .record({
    realm: fc.constantFrom('realm-aaaa', 'realm-bbbb', 'realm-cccc', 'realm-dddd'),
    seq: fc.integer({ min: 1, max: 1000 }),
    experimental: group,
    control: group,
    fired: fc.dictionary(fc.constantFrom('f1', 'f2', 'f3'), fc.nat(9)),
    skipped: fc.dictionary(fc.constantFrom('stale', 'late'), fc.nat(9)),
  })
  .map(report);
const items = fc.uniqueArray(item, { selector: (one) => `${one.realm} ${one.seq}`, maxLength: 8 });

describe('the sum of telemetry', () => {
  it('of nobody is nothing', () => {
    const { realms, experimental, fired } = sumTelemetry([], view);
    expect({ realms, fired, started: experimental.started }).toEqual({ realms: 0, fired: {}, started: 0 });
  });

  it('adds whom the layers saw, as far as they tell', () => {
    const seen = (realm: string, matched: number, others: number): Telemetry =>
      report({ realm, seen: { matched, others } });
    expect(sumTelemetry([report(), seen('realm-bbbb', 3, 4), seen('realm-cccc', 5, 0)], view).seen).toEqual({
      matched: 8,
      others: 4,
    });
    expect(sumTelemetry([report()], view)).not.toHaveProperty('seen');
  });

  it('adds realms', () => {
    const one = counters([[99, 5, 4, 1]], { started: 10, finished: 10, failed: 2 });
    const sum = sumTelemetry(
      [
        report({ realm: 'realm-aaaa', experimental: one, fired: { f1: 2 }, skipped: { stale: 1 } }),
        report({ realm: 'realm-bbbb', experimental: one, control: one, fired: { f1: 1, f2: 7 } }),
      ],
      view,
    );
    expect(sum).toMatchObject({ realms: 2, fired: { f1: 3, f2: 7 }, skipped: { stale: 1 } });
    expect(sum.experimental).toMatchObject({ started: 30, finished: 28, failed: 6, late: 0 });
    expect(sum.experimental.histogram).toEqual([[250, 28]]);
    expect(sum.control).toMatchObject({ started: 15, finished: 14, failed: 3 });
  });

  it('takes realms in whose reports buckets are merged for what they are, beside others', () => {
    const latencies = (bucket: number, stride?: number): GroupCounters => ({
      ...counters([], { started: 3, finished: 3, failed: 0 }),
      histogram: pack([[bucket, 3]]),
      ...(stride === undefined ? {} : { stride }),
    });
    const sum = sumTelemetry(
      [
        report({ realm: 'realm-aaaa', control: latencies(336) }),
        report({ realm: 'realm-bbbb', control: latencies(336, 4) }),
        report({ realm: 'realm-cccc', control: latencies(336, 4) }),
      ],
      view,
    );
    expect(sum.control.histogram).toEqual([
      [336, 3],
      [336, 6, 4],
    ]);
    // Bucket 335 ends at 812 ms, bucket 332 at 765 ms.
    expect(exceedances(sum.control.histogram, 800)).toEqual({ certain: 3, possible: 9 });
  });

  it('adds what directives asked for beside the groups, and says nothing where there were none', () => {
    const one = report({ realm: 'realm-aaaa', directed: 2, fired: { f1: 3 }, firedDirected: { f1: 2 } });
    const other = report({ realm: 'realm-bbbb', directed: 1, fired: { f2: 1 }, firedDirected: { f2: 1 } });
    const plain = report({ realm: 'realm-cccc', fired: { f1: 5 } });
    const { directed, fired } = sumTelemetry([one, other, plain], view);
    expect(directed).toEqual({ invocations: 3, fired: { f1: 2, f2: 1 } });
    expect(fired).toEqual({ f1: 8, f2: 1 });
    expect(sumTelemetry([plain], view)).not.toHaveProperty('directed');
  });

  it('is the same in any order, and with repetitions', () => {
    fc.assert(
      fc.property(items, fc.integer(), (all, seed) => {
        const whole = sumTelemetry(all, view);
        const shuffled = [...all, ...all].toSorted(
          (a, b) => ((a.seq * 31 + seed) % 17) - ((b.seq * 31 + seed) % 17),
        );
        expect(sumTelemetry(shuffled, view)).toEqual(whole);
        expect(sumTelemetry(all.toReversed(), view)).toEqual(whole);
      }),
    );
  });

  it('takes the latest report of each realm only', () => {
    const early = report({ seq: 3, control: counters([], { started: 4, finished: 4, failed: 0 }) });
    const latest = report({ seq: 12, control: counters([], { started: 9, finished: 9, failed: 0 }) });
    for (const order of [
      [early, latest],
      [latest, early],
    ]) {
      expect(sumTelemetry(order, view)).toMatchObject({ realms: 1, control: { started: 9 } });
    }
  });

  it('never counts more as closed, late or timed than there is', () => {
    fc.assert(
      fc.property(items, fc.boolean(), (all, final) => {
        const { experimental } = sumTelemetry(all, { ...view, final });
        const { closed, started, finished, failed, late, histogram } = experimental;
        expect(closed.started).toBeLessThanOrEqual(started);
        expect(closed.failed).toBeLessThanOrEqual(failed);
        expect(closed.finished + closed.late).toBe(closed.started);
        expect(finished + late).toBeLessThanOrEqual(started);
        expect(total(histogram)).toBeLessThanOrEqual(finished);
      }),
    );
  });
});

describe('a cohort', () => {
  // Cohort 50 ends at 51,000; its last invocation may take until 57,000 and be seen until 59,000.
  const pending: Cohort[] = [[50, 10, 7, 2]];

  it('is closed from the moment on when its last invocation must have been seen, and then has late ones', () => {
    expect(closedOf(pending, { at: 58_999 })).toMatchObject({ late: 0, closed: { started: 0, late: 0 } });
    expect(closedOf(pending, { at: 59_000 })).toMatchObject({
      late: 3,
      closed: { started: 10, finished: 7, failed: 2, late: 3 },
    });
  });

  it('is not closed early because all of it has finished', () => {
    const finished: Cohort[] = [[50, 10, 10, 2]];
    expect(closedOf(finished, { at: 58_999 }).closed.started).toBe(0);
    expect(closedOf(finished, { at: 59_000 }).closed.started).toBe(10);
  });

  it('is closed at once where the run is over and nothing is pending', () => {
    expect(closedOf([[99, 10, 10, 2]], { final: true }).closed).toEqual({
      started: 10,
      finished: 10,
      failed: 2,
      late: 0,
    });
  });

  it('that still lacks outcomes when the run is over counts them against "held", not as harm', () => {
    expect(closedOf([[99, 10, 8, 2]], { final: true })).toMatchObject({ late: 0, closed: { late: 2 } });
  });

  it('closes by time alone: outcomes change nothing', () => {
    fc.assert(
      fc.property(cohortList, fc.integer({ min: 60_000, max: 120_000 }), (cohorts, at) => {
        const settled = cohorts.map(([id, started]): Cohort => [id, started, started, started]);
        fc.pre(cohorts.length < MAX_COHORTS);
        expect(closedOf(cohorts, { at }).closed.started).toBe(closedOf(settled, { at }).closed.started);
      }),
    );
  });

  it('before the origin, or in the future of a clock that is ahead, is treated like any other', () => {
    expect(closedOf([[-3, 4, 3, 0]])).toMatchObject({ late: 1, closed: { started: 4 } });
    expect(closedOf([[103, 4, 3, 0]])).toMatchObject({ late: 0, closed: { started: 0 } });
  });

  it('that is no longer listed is closed', () => {
    const old = report({ control: counters([[99, 1, 0, 0]], { started: 50, finished: 50, failed: 4 }) });
    expect(sumTelemetry([old], view).control.closed).toEqual({
      started: 50,
      finished: 50,
      failed: 4,
      late: 0,
    });
  });

  it('that is no longer listed and lacks outcomes has late ones once its report is old enough', () => {
    const old = report({ at: 70_000, control: counters([], { started: 50, finished: 48, failed: 4 }) });
    expect(sumTelemetry([old], { ...view, at: 77_999 }).control.late).toBe(0);
    expect(sumTelemetry([old], { ...view, at: 78_000 }).control).toMatchObject({
      late: 2,
      closed: { late: 2 },
    });
  });
});

describe('a full report', () => {
  const latest = (first: number) =>
    Array.from({ length: MAX_COHORTS }, (_, i): Cohort => [first + i, 2, 2, 0]);
  const before = { started: 100, finished: 100, failed: 0 };
  const look = (cohorts: Cohort[]) =>
    sumTelemetry([report({ control: counters(cohorts, before) })], view).control;

  // At 100,000 the cohorts up to 91 are closed.
  it('that reaches back to the first open cohort closes what is older', () => {
    expect(look(latest(92)).closed.started).toBe(100);
    expect(look(latest(90)).closed.started).toBe(104);
  });

  it('that does not reach back closes nothing: open cohorts may be among the unlisted', () => {
    expect(look(latest(93)).closed.started).toBe(0);
    const oldOne: Cohort[] = [[20, 2, 1, 0], ...latest(93).slice(1)];
    expect(look(oldOne).closed.started).toBe(0);
    expect(
      sumTelemetry([report({ control: counters(latest(93), before) })], { ...view, final: true }).control,
    ).toMatchObject({ closed: { started: 132 } });
  });

  it('of one realm holds up the others of the group, so that nothing is chosen among them', () => {
    const sum = sumTelemetry(
      [
        report({ realm: 'realm-aaaa', control: counters(latest(93), before) }),
        report({ realm: 'realm-bbbb', control: counters([], before), experimental: counters([], before) }),
      ],
      view,
    );
    expect(sum.control.closed.started).toBe(0);
    expect(sum.experimental.closed.started).toBe(100);
  });

  it('always reaches back where the length of cohorts fits the function’s timeout', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1000, 5000),
        fc.integer({ min: 1000, max: 900_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 10_000_000 }),
        (tickMs, deadlineMs, graceMs, at) => {
          const lengthMs = cohortLengthMs(tickMs, deadlineMs, graceMs);
          expect(lengthMs % tickMs).toBe(0);
          // The realm's clock is one cohort ahead.
          const newest = Math.floor(at / lengthMs) + 1;
          const cohorts = latest(newest - MAX_COHORTS + 1);
          const sum = sumTelemetry([report({ at, control: counters(cohorts, before) })], {
            ...view,
            at,
            tick: { originAt: 0, lengthMs },
            deadlineMs,
            graceMs,
          });
          expect(sum.control.closed.started).toBeGreaterThanOrEqual(100);
        },
      ),
    );
  });

  it('keeps the tick as length of cohorts where the timeout is short', () => {
    expect(cohortLengthMs(1000, 6000, 2000)).toBe(1000);
    expect(cohortLengthMs(5000, 900_000, 5000)).toBe(70_000);
  });
});

describe('a report that contradicts itself is refused, with its realm', () => {
  const broken = (control: GroupCounters) => () => sumTelemetry([report({ control })], view);

  it.each([
    [
      'more finished than started',
      counters([], { started: 1, finished: 2, failed: 0 }),
      '1 started, 2 finished',
    ],
    [
      'more failed than finished',
      counters([], { started: 2, finished: 1, failed: 2 }),
      '1 finished, 2 failed',
    ],
    [
      'more in a cohort than in all',
      { ...counters([[1, 5, 3, 0]], none), started: 4 },
      'listed cohorts: -1 started',
    ],
    ['more latencies than finished', { ...idle, histogram: pack([[3, 1]]) }, '1 latencies of 0 finished'],
    ['a histogram that is none', { ...idle, histogram: 'AwEG' }, 'a bucket that has no count'],
  ])('%s', (_, control, reason) => {
    expect(broken(control)).toThrow(TelemetryError);
    expect(broken(control)).toThrow('realm-aaaa');
    expect(broken(control)).toThrow(reason);
  });

  it('of another run', () => {
    const mixed = [report(), report({ realm: 'realm-bbbb', runId: 'run-2' })];
    expect(() => sumTelemetry(mixed, view)).toThrow('run-2');
  });
});
