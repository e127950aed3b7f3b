import fc from 'fast-check';
import { unevenSplit } from '../../../src/stats/balance.ts';
import { logMixture } from '../../../src/stats/betting.ts';
import { oneArm, shareInterval } from '../../../src/stats/one-arm.ts';
import {
  bets,
  differenceInterval,
  ratioInterval,
  twoArms,
  wealthOf,
  type ArmCounts,
} from '../../../src/stats/two-arms.ts';

const SLACK = 1e-9;
const atMost = (found: number, limit: number) =>
  expect(found).toBeLessThanOrEqual(limit + SLACK * Math.max(1, Math.abs(limit)));

const share = fc.double({ min: 0.0005, max: 0.9, noNaN: true });
const outcomes = fc.tuple(fc.nat(5000), fc.nat(300)).map(([good, bad]) => ({ n: good + bad, bad }));
const armCounts: fc.Arbitrary<ArmCounts> = fc.record({
  experimentalBad: fc.nat(300),
  experimentalGood: fc.nat(5000),
  controlBad: fc.nat(300),
  controlGood: fc.nat(5000),
});
const contrast = fc.oneof(
  fc.record({
    pi: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    ratio: fc.double({ min: 1, max: 3, noNaN: true }),
    margin: fc.double({ min: 0, max: 0.5, noNaN: true }),
    centre: fc.constant(0),
  }),
  fc.record({
    pi: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    ratio: fc.constant(1),
    margin: fc.double({ min: 0, max: 0.3, noNaN: true }),
    centre: fc.double({ min: 0, max: 0.5, noNaN: true }),
  }),
);
const added = (a: ArmCounts, b: ArmCounts): ArmCounts => ({
  experimentalBad: a.experimentalBad + b.experimentalBad,
  experimentalGood: a.experimentalGood + b.experimentalGood,
  controlBad: a.controlBad + b.controlBad,
  controlGood: a.controlGood + b.controlGood,
});

describe('evidence about one group', () => {
  it('of harm never falls when a good outcome turns bad', () => {
    fc.assert(
      fc.property(outcomes, share, ({ n, bad }, tolerance) => {
        fc.pre(bad < n);
        atMost(oneArm('up', { n, bad }, tolerance), oneArm('up', { n, bad: bad + 1 }, tolerance));
        atMost(oneArm('down', { n, bad: bad + 1 }, tolerance), oneArm('down', { n, bad }, tolerance));
      }),
    );
  });

  it('of harm never rises with the tolerance', () => {
    fc.assert(
      fc.property(outcomes, share, share, (data, a, b) => {
        const [strict, lax] = [Math.min(a, b), Math.max(a, b)];
        atMost(oneArm('up', data, lax), oneArm('up', data, strict));
        atMost(oneArm('down', data, strict), oneArm('down', data, lax));
      }),
    );
  });

  it('is, at the tolerance itself, 1 in the mean: it promises no more than it has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        share,
        fc.constantFrom('up', 'down'),
        (n, tolerance, side) => {
          const evidence = (bad: number) => Math.exp(oneArm(side, { n, bad }, tolerance));
          expect(meanOverBinomial(n, tolerance, evidence)).toBeCloseTo(1, 8);
        },
      ),
    );
  });

  it('bounds the share on both sides of what was seen, and looks the same from the other side', () => {
    fc.assert(
      fc.property(outcomes, ({ n, bad }) => {
        fc.pre(n > 0);
        const { lower, upper } = shareInterval({ n, bad }, 0.05);
        atMost(lower ?? NaN, bad / n);
        atMost(bad / n, upper ?? NaN);
        const mirrored = shareInterval({ n, bad: n - bad }, 0.05);
        expect(mirrored.lower).toBeCloseTo(1 - (upper ?? NaN), 9);
      }),
    );
  });

  it('is refused for outcomes that cannot be', () => {
    expect(() => oneArm('up', { n: 3, bad: 4 }, 0.1)).toThrow('4 bad of 3');
    expect(() => oneArm('up', { n: 3, bad: NaN }, 0.1)).toThrow('NaN bad of 3');
    expect(() => oneArm('up', { n: 3, bad: 1 }, 1.1)).toThrow('1.1');
  });

  it('is none without data', () => {
    for (const tolerance of [0, 0.3, 1]) expect(oneArm('up', { n: 0, bad: 0 }, tolerance)).toBe(0);
  });
});

describe('evidence about two groups', () => {
  it('is the same for a batch as for its parts one after the other', () => {
    fc.assert(
      fc.property(armCounts, armCounts, contrast, (a, b, tolerance) => {
        const table = bets('up', tolerance);
        const parts = wealthOf(table, a).map((wealth, k) => wealth + (wealthOf(table, b)[k] ?? NaN));
        const whole = twoArms('up', added(a, b), tolerance);
        expect(Math.abs(logMixture(parts) - whole)).toBeLessThan(SLACK * Math.max(1, Math.abs(whole)));
      }),
    );
  });

  it('looks the same from the other group where nothing tells them apart', () => {
    fc.assert(
      fc.property(armCounts, (counts) => {
        const plain = { pi: 0.5, ratio: 1, margin: 0, centre: 0 };
        const swapped = {
          experimentalBad: counts.controlBad,
          experimentalGood: counts.controlGood,
          controlBad: counts.experimentalBad,
          controlGood: counts.experimentalGood,
        };
        expect(twoArms('up', counts, plain)).toBeCloseTo(twoArms('down', swapped, plain), 7);
      }),
    );
  });

  it('of harm never falls with failures in the experimental group, nor rises with those of the control group', () => {
    fc.assert(
      fc.property(armCounts, contrast, (counts, tolerance) => {
        fc.pre(counts.experimentalGood > 0 && counts.controlGood > 0);
        const one = {
          ...counts,
          experimentalGood: counts.experimentalGood - 1,
          experimentalBad: counts.experimentalBad + 1,
        };
        const other = { ...counts, controlGood: counts.controlGood - 1, controlBad: counts.controlBad + 1 };
        const before = twoArms('up', counts, tolerance);
        atMost(before, twoArms('up', one, tolerance));
        atMost(twoArms('up', other, tolerance), before);
      }),
    );
  });

  it('of harm never rises with the margin, and of "held" never falls', () => {
    fc.assert(
      fc.property(
        armCounts,
        contrast,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (counts, tolerance, more) => {
          const wider = { ...tolerance, margin: tolerance.margin + more };
          atMost(twoArms('up', counts, wider), twoArms('up', counts, tolerance));
          atMost(twoArms('down', counts, tolerance), twoArms('down', counts, wider));
        },
      ),
    );
  });

  it('is, at the tolerance itself, 1 in the mean', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), contrast, share, (n, tolerance, control) => {
        const experimental = tolerance.ratio * control + tolerance.margin;
        fc.pre(experimental <= 1);
        for (const side of ['up', 'down'] as const) {
          expect(meanOverCells(n, experimental, control, tolerance, side)).toBeCloseTo(1, 8);
        }
      }),
    );
  });

  it('bounds the difference around what was seen', () => {
    fc.assert(
      fc.property(armCounts, (counts) => {
        const { lower, upper } = differenceInterval(counts, { pi: 0.5, centre: 0 }, 0.05);
        expect(lower).toBeLessThanOrEqual(upper);
        const harm = { pi: 0.5, ratio: 1, centre: 0 };
        // At the ends of what a difference can be there is nothing to solve.
        const within = (bound: number) => Math.abs(bound) < 1 - 1e-9;
        if (within(lower)) {
          expect(twoArms('up', counts, { ...harm, margin: lower })).toBeCloseTo(Math.log(40), 5);
        }
        if (within(upper)) {
          expect(twoArms('down', counts, { ...harm, margin: upper })).toBeCloseTo(Math.log(40), 5);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('bounds nothing without data', () => {
    const none = { experimentalBad: 0, experimentalGood: 0, controlBad: 0, controlGood: 0 };
    expect(differenceInterval(none, { pi: 0.5, centre: 0 }, 0.05)).toEqual({ lower: -1, upper: 1 });
    expect(ratioInterval({ experimental: 0, control: 0 }, 0.5, 0.05)).toEqual({ lower: 0, upper: null });
  });

  it('is refused for contrasts that the test is not defined for', () => {
    const counts = { experimentalBad: 1, experimentalGood: 1, controlBad: 1, controlGood: 1 };
    const fine = { pi: 0.5, ratio: 1, margin: 0.01, centre: 0 };
    expect(() => twoArms('up', counts, { ...fine, pi: 1 })).toThrow('pi: 1');
    expect(() => twoArms('up', counts, { ...fine, ratio: 0.5 })).toThrow('ratio: 0.5');
    expect(() => twoArms('up', counts, { ...fine, ratio: 2, centre: 0.1 })).toThrow('centre: 0.1');
    expect(() => twoArms('up', counts, { ...fine, margin: 2 })).toThrow('margin: 2');
    expect(() => twoArms('up', { ...counts, controlBad: -1 }, fine)).toThrow('-1');
  });
});

describe('evidence of an uneven split', () => {
  it('grows with the distance from the promised share, on both sides', () => {
    const split = (experimental: number) => unevenSplit({ experimental, n: 10_000 }, 0.5);
    expect(split(5000)).toBeLessThan(0);
    expect(split(5400)).toBeGreaterThan(Math.log(1000));
    expect(split(4600)).toBeCloseTo(split(5400), 9);
  });
});

function meanOverBinomial(n: number, p: number, value: (bad: number) => number): number {
  let mean = 0;
  let probability = (1 - p) ** n;
  for (let bad = 0; bad <= n; bad++) {
    mean += probability * value(bad);
    probability *= ((n - bad) / (bad + 1)) * (p / (1 - p));
  }
  return mean;
}

/** Over every way in which n invocations can fall into the four cells. */
function meanOverCells(
  n: number,
  experimental: number,
  control: number,
  tolerance: { pi: number; ratio: number; margin: number; centre: number },
  side: 'up' | 'down',
): number {
  const { pi } = tolerance;
  const p = [pi * experimental, pi * (1 - experimental), (1 - pi) * control, (1 - pi) * (1 - control)];
  const factorial = (x: number): number => (x <= 1 ? 1 : x * factorial(x - 1));
  let mean = 0;
  for (let a = 0; a <= n; a++) {
    for (let b = 0; a + b <= n; b++) {
      for (let c = 0; a + b + c <= n; c++) {
        const cells = [a, b, c, n - a - b - c];
        const ways = cells.reduce((left, x) => left / factorial(x), factorial(n));
        const probability = cells.reduce((left, x, i) => left * (p[i] ?? NaN) ** x, ways);
        const [experimentalBad = 0, experimentalGood = 0, controlBad = 0, controlGood = 0] = cells;
        const counts = { experimentalBad, experimentalGood, controlBad, controlGood };
        mean += probability * Math.exp(twoArms(side, counts, tolerance));
      }
    }
  }
  return mean;
}
