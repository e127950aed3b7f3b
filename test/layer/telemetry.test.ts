import type { Telemetry } from '../../src/generated/types.ts';
import { validateTelemetry } from '../../src/generated/validate-telemetry.js';
import { unpack } from '../../src/stats/packing.ts';
import type { Clock } from '../../src/layer/clock.ts';
import type { Store } from '../../src/layer/store/store.ts';
import { dynamoStore } from '../../src/layer/store/store.ts';
import { systemClock } from '../../src/layer/clock.ts';
import { bucketOf, coarsened, packHistogram } from '../../src/layer/telemetry/histogram.ts';
import { LARGEST_REPORT_BYTES, Reporter } from '../../src/layer/telemetry/reporter.ts';
import type { SkipReason } from '../../src/layer/telemetry/skip-reason.ts';
import { doseOf } from './support/doses.ts';
import { TABLE, TestStore } from './support/store.ts';

const clock: Clock = { now: () => 1_800_000_000_000, monotonic: () => 0, after: () => () => undefined };
const dose = doseOf([{ kind: 'invocation.error', target: 'checkout' }], { lnGamma: Math.log(1.02) });
const size = (report: Telemetry): number => Buffer.byteLength(JSON.stringify(report));

describe('the histogram', () => {
  it('puts a latency into the bucket whose bounds enclose it', () => {
    for (const ms of [0.01, 0.5, 1, 1.02, 7, 99.99, 100, 900_000]) {
      const bucket = bucketOf(ms, dose.lnGamma);
      expect(Math.exp(dose.lnGamma * (bucket - 1))).toBeLessThan(ms * (1 + 1e-9));
      expect(Math.exp(dose.lnGamma * bucket)).toBeGreaterThan(ms * (1 - 1e-9));
    }
    expect(Number.isFinite(bucketOf(0, dose.lnGamma))).toBe(true);
  });

  it('is packed as the controller unpacks it, negative buckets and large counts included', () => {
    const histogram = new Map([
      [120, 300],
      [-40, 1],
      [0, 127],
      [121, 2 ** 33],
    ]);
    expect(unpack(packHistogram(histogram))).toEqual([
      [-40, 1],
      [0, 127],
      [120, 300],
      [121, 2 ** 33],
    ]);
  });

  it('keeps every latency when it is made coarser, in the uppermost of the merged buckets', () => {
    const histogram = new Map([-7, -1, 0, 1, 2, 3, 8, 9].map((bucket) => [bucket, 1]));
    expect([...coarsened(histogram, 4)]).toEqual([
      [-4, 1],
      [0, 2],
      [4, 3],
      [8, 1],
      [12, 1],
    ]);
  });
});

const skipReasons: readonly SkipReason[] = [
  'stale',
  'clock',
  'start-not-acknowledged',
  'budget',
  'breaker',
  'wrong-source',
  'would-lose-data',
  'shared-process',
  'not-streaming',
  'no-sticky-value',
  'not-applicable',
  'directive-unsigned',
  'directive-expired',
  'directive-foreign',
  'directive-repeated',
];

describe('a report', () => {
  it('stays small, valid and consistent however long the run and however wild the latencies', () => {
    const reporter = new Reporter(dose, undefined, clock);
    let started = 0;
    for (let cohort = 0; cohort < 2000; cohort += 1) {
      for (const group of ['experimental', 'control'] as const) {
        reporter.started(group, cohort);
        started += 1;
        // Every 200th invocation never ends: its process has died.
        if (cohort % 200 !== 0)
          reporter.finished(group, cohort, cohort % 3 === 0, Math.exp((cohort % 690) * 0.02));
      }
      for (let fault = 1; fault <= 10; fault += 1) reporter.fired(`f${fault}`);
      for (const reason of skipReasons) reporter.skipped(reason);
      reporter.saw(cohort % 2 === 0);
    }
    const report = reporter.report();
    expect(size(report)).toBeLessThanOrEqual(LARGEST_REPORT_BYTES);
    expect(validateTelemetry(report)).toBe(true);
    expect(report.seen).toEqual({ matched: 1000, others: 1000 });
    expect(Object.values(report.skipped)).toEqual(skipReasons.map(() => 2000));
    // Both groups are merged alike, and say so: whoever reads must know how long a latency may have been.
    expect(report.groups.control.stride).toBeGreaterThanOrEqual(2);
    expect(report.groups.experimental.stride).toBe(report.groups.control.stride);
    for (const { started: all, finished, histogram, cohorts } of Object.values(report.groups)) {
      expect(all).toBe(started / 2);
      expect(unpack(histogram).reduce((sum, [, count]) => sum + count, 0)).toBe(finished);
      // The latest, and all that are open.
      expect(cohorts).toHaveLength(16);
      expect(cohorts.map(([cohort]) => cohort)).toContain(1999);
      expect(cohorts.filter(([, begun, ended]) => begun > ended)).toHaveLength(10);
    }
  });

  it('lists every cohort there ever was while there are fewer than sixteen', () => {
    const reporter = new Reporter(dose, undefined, clock);
    for (let cohort = 0; cohort < 15; cohort += 1) {
      reporter.started('control', cohort);
      reporter.finished('control', cohort, false, 5);
    }
    expect(reporter.report().groups.control.cohorts).toHaveLength(15);
    expect(reporter.report().groups.control).not.toHaveProperty('stride');
    expect(reporter.report().groups.experimental).toMatchObject({ started: 0, histogram: '', cohorts: [] });
  });
});

describe('reporting', () => {
  const held = (): { store: Store; writes: Telemetry[]; release: (() => void)[] } => {
    const writes: Telemetry[] = [];
    const release: (() => void)[] = [];
    const store: Store = {
      readDose: () => Promise.reject(new Error('not here')),
      writeTelemetry: (telemetry) => {
        writes.push(telemetry);
        return new Promise((resolve) => release.push(resolve));
      },
    };
    return { store, writes, release };
  };

  it('joins what is counted during a write into the next one, under a higher number', async () => {
    const { store, writes, release } = held();
    const reporter = new Reporter(dose, store, clock);
    reporter.started('control', 1);
    const first = reporter.acknowledge(5000);
    reporter.started('control', 1);
    reporter.started('experimental', 1);
    const second = reporter.acknowledge(5000);
    release[0]?.();
    expect(await first).toBe(true);
    expect(reporter.settled).toBe(false);
    release[1]?.();
    expect(await second).toBe(true);
    expect(
      writes.map(({ seq, groups }) => [seq, groups.control.started, groups.experimental.started]),
    ).toEqual([
      [1, 1, 0],
      [2, 2, 1],
    ]);
    expect(reporter.settled).toBe(true);
  });

  it('gives up waiting at its limit, and does not claim what is not acknowledged', async () => {
    const { store } = held();
    const reporter = new Reporter(dose, store, clock);
    reporter.started('control', 1);
    expect(await reporter.acknowledge(10)).toBe(false);
  });
});

describe('the store', () => {
  it('takes a report only over one with a lower number: late and repeated writes change nothing', async () => {
    const engine = await TestStore.start();
    try {
      const target = {
        table: TABLE,
        functionName: 'checkout',
        region: 'eu-west-1',
        endpoint: engine.front.url,
      };
      const credentials = {
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_SESSION_TOKEN: 'token',
      };
      const store = dynamoStore(target, systemClock, credentials);
      const base = new Reporter(dose, undefined, clock).report();
      for (const seq of [1, 3, 2, 3]) {
        await store.writeTelemetry({ ...base, seq, at: seq * 10 + engine.calls('PutItem').length }, 1, 1000);
      }
      expect(await engine.telemetry()).toEqual([{ ...base, seq: 3, at: 31 }]);
      expect(engine.calls('PutItem')).toHaveLength(4);
      expect(engine.calls('PutItem')[0]?.headers['x-amz-security-token']).toBe('token');
    } finally {
      await engine.stop();
    }
  });
});
