import fc from 'fast-check';
import { defaultJudgeSettings, type Evidence, type TargetObservation } from '../../../src/core/evidence.ts';
import type { LatencySignal } from '../../../src/generated/types.ts';
import { latency } from '../../../src/signals/latency.ts';
import { oneArm } from '../../../src/stats/one-arm.ts';
import { observe } from './observations.ts';

const signal = (limits: Partial<LatencySignal>): LatencySignal => ({
  name: 'speed',
  signal: 'latency',
  target: 'checkout',
  ...limits,
});
const p95 = signal({ p95: { atMost: 800 } });
const judge = (given: LatencySignal, seen: TargetObservation): Evidence => {
  const all = latency.judge(given, seen, defaultJudgeSettings);
  const [one] = all;
  if (one === undefined || all.length !== 1) throw new Error(`${all.length} pieces of evidence, not 1`);
  return one;
};
const HELD = Math.log(20);
const SLOWER = 1 - 0.95;
const idle = { started: 0 };

describe('the hypotheses about latency', () => {
  it('are the quantiles that the author gave, in people’s words and in a fixed order', () => {
    const given = signal({ p99: { atMost: 2500 }, p50: { atMost: 200 }, p95: { atMost: 800 } });
    const words = [
      ['speed.p50', 'half of the answers within 200 ms'],
      ['speed.p95', '95 % of the answers within 800 ms'],
      ['speed.p99', '99 % of the answers within 2.5 s'],
    ];
    expect(latency.hypotheses(given).map(({ hypothesis, claim }) => [hypothesis, claim])).toEqual(words);
    const evidence = latency.judge(given, observe({ started: 1 }, idle), defaultJudgeSettings);
    expect(evidence.map(({ hypothesis, claim }) => [hypothesis, claim])).toEqual(words);
    expect(evidence.map(({ tolerance }) => tolerance)).toEqual([200, 800, 2500]);
  });

  it('say when "held" can be claimed: the dearer, the further out', () => {
    const given = signal({ p50: { atMost: 200 }, p95: { atMost: 800 }, p99: { atMost: 2500 } });
    const after = (share: number) =>
      latency.hypotheses(given).map((one) => one.heldAfter(share, defaultJudgeSettings));
    expect(after(0)).toEqual([11, 143, 728]);
    expect(after(0.05)[1]).toBeNull();
  });
});

describe('latency against a limit', () => {
  it('is harm with what is slower for certain and what is late, among all that started', () => {
    // 805 ms shares its bucket with the limit: it may be within or beyond.
    const experimental = {
      started: 200,
      late: 4,
      pending: 6,
      latencies: [
        [100, 150],
        [798, 10],
        [805, 10],
        [2000, 20],
      ],
    } as const;
    const control = {
      started: 100,
      latencies: [
        [2000, 7],
        [100, 93],
      ],
    } as const;
    const evidence = judge(p95, observe(experimental, control));
    expect(evidence.logHarm).toBe(oneArm('up', { n: 200, bad: 24 }, SLOWER));
    expect(evidence.logControlHarm).toBe(oneArm('up', { n: 100, bad: 7 }, SLOWER));
    expect(evidence).toMatchObject({
      unit: 'ms',
      experimental: { n: 200, bad: 24 },
      control: { n: 100, bad: 7 },
    });
  });

  it('holds by what can no longer change, where every doubt counts against it', () => {
    const seen = observe(
      // 190 of 200 have finished, of which 188 have a latency; 20 started in open cohorts.
      {
        started: 200,
        late: 4,
        pending: 6,
        open: 20,
        latencies: [
          [100, 148],
          [798, 10],
          [805, 10],
          [2000, 20],
        ],
      },
      idle,
    );
    // 20 slow, 20 that may be (798 and 805 share the limit's bucket), 2 unknown and 4 late, of 180.
    expect(judge(p95, seen).logHeld).toBe(oneArm('down', { n: 180, bad: 20 + 20 + 2 + 4 }, SLOWER));
  });

  it('is no evidence of anything while all is open', () => {
    const seen = observe({ started: 50, open: 50, latencies: [[2000, 50]] }, idle);
    expect(judge(p95, seen).logHeld).toBe(0);
  });

  it('holds after enough quick answers, and deviates after enough slow ones', () => {
    const quick = judge(
      p95,
      observe(
        {
          started: 400,
          latencies: [
            [100, 395],
            [900, 5],
          ],
        },
        idle,
      ),
    );
    expect(quick.logHeld).toBeGreaterThan(HELD);
    expect(quick.logHarm).toBeLessThan(0);
    const slow = judge(
      p95,
      observe(
        {
          started: 100,
          latencies: [
            [100, 80],
            [900, 20],
          ],
        },
        idle,
      ),
    );
    expect(slow.logHarm).toBeGreaterThan(HELD);
    expect(slow.logHeld).toBeLessThan(0);
  });

  it('takes what never ended for slower than any limit', () => {
    const lost = judge(signal({ p50: { atMost: 900_000 } }), observe({ started: 30, late: 30 }, idle));
    expect(lost.logHarm).toBeGreaterThan(HELD);
    expect(lost.experimental.value).toBeNull();
  });

  it('is estimated in milliseconds, with bounds around it', () => {
    const latencies = Array.from({ length: 1000 }, (_, i) => [i + 1, 1] as const);
    const { experimental, control } = judge(p95, observe({ started: 1000, latencies }, idle));
    expect(Math.abs((experimental.value ?? NaN) / 950 - 1)).toBeLessThan(0.011);
    expect(experimental.lower).toBeGreaterThan(850);
    expect(experimental.lower).toBeLessThan(950);
    expect(experimental.upper).toBeGreaterThan(950);
    expect(experimental.upper).toBeLessThan(1000);
    expect(control).toEqual({ n: 0, bad: 0, value: null, lower: null, upper: null });
  });

  it('has the bound 0 where too little is known for a better one', () => {
    const { experimental } = judge(p95, observe({ started: 1, latencies: [[10, 1]] }, idle));
    expect(experimental.lower).toBe(0);
    expect(experimental.upper).toBeNull();
  });
});

describe('evidence about latency', () => {
  const answers = fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 50 })), {
    maxLength: 20,
  });
  const startedOf = (latencies: readonly (readonly [number, number])[]) =>
    latencies.reduce((sum, [, count]) => sum + count, 0);

  it('of harm never rises, and of "held" never falls, with the limit', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 3000 }), fc.nat(1000), (latencies, limit, more) => {
        const seen = observe({ started: startedOf(latencies), latencies }, idle);
        const strict = judge(signal({ p95: { atMost: limit } }), seen);
        const lax = judge(signal({ p95: { atMost: limit + more } }), seen);
        expect(lax.logHarm).toBeLessThanOrEqual(strict.logHarm + 1e-9);
        expect(lax.logHeld).toBeGreaterThanOrEqual((strict.logHeld ?? NaN) - 1e-9);
      }),
    );
  });

  it('never speaks for harm and for "held" at once', () => {
    fc.assert(
      fc.property(answers, (latencies) => {
        const { logHarm, logHeld } = judge(p95, observe({ started: startedOf(latencies), latencies }, idle));
        expect(Math.min(logHarm, logHeld ?? NaN)).toBeLessThan(HELD);
      }),
    );
  });
});
