import fc from 'fast-check';
import {
  above,
  bucketOf,
  exceedances,
  histogramOf,
  LN_GAMMA,
  merge,
  middleOf,
  total,
  upperEdge,
  type Histogram,
} from '../../../src/stats/histogram.ts';
import { pack, PackingError, unpack } from '../../../src/stats/packing.ts';
import { quantile, quantileInterval } from '../../../src/stats/quantiles.ts';

const latencyMs = fc.double({ min: 0.001, max: 900_000, noNaN: true });
const histogram: fc.Arbitrary<Histogram> = fc
  .array(fc.tuple(fc.integer({ min: -400, max: 800 }), fc.nat(2 ** 40)), { maxLength: 200 })
  .map(histogramOf);
const ofLatencies = (all: readonly number[]) => histogramOf(all.map((ms) => [bucketOf(ms), 1] as const));

describe('a latency histogram', () => {
  it('puts every latency between the edges of its bucket, and names it to 1 %', () => {
    fc.assert(
      fc.property(latencyMs, (ms) => {
        const bucket = bucketOf(ms);
        expect(ms).toBeLessThanOrEqual(upperEdge(bucket) * (1 + 1e-12));
        expect(ms).toBeGreaterThan(upperEdge(bucket - 1) * (1 - 1e-12));
        expect(Math.abs(middleOf(bucket) / ms - 1)).toBeLessThanOrEqual(0.01 + 1e-12);
      }),
    );
  });

  it('takes a clock that shows no time, and refuses one that shows nonsense', () => {
    expect(bucketOf(0)).toBe(bucketOf(0.001));
    expect(bucketOf(-3)).toBe(bucketOf(0.001));
    for (const ms of [NaN, Infinity]) expect(() => bucketOf(ms)).toThrow(`${ms} ms`);
  });

  it('counts what exceeds a limit: certainly at most, possibly at least, what really does', () => {
    fc.assert(
      fc.property(fc.array(latencyMs, { maxLength: 60 }), latencyMs, (all, limit) => {
        const { certain, possible } = exceedances(ofLatencies(all), limit);
        const really = all.filter((ms) => ms > limit).length;
        expect(certain).toBeLessThanOrEqual(really);
        expect(possible).toBeGreaterThanOrEqual(really);
        const inItsBucket = all.filter((ms) => bucketOf(ms) === bucketOf(limit)).length;
        expect(possible - certain).toBeLessThanOrEqual(inItsBucket);
      }),
    );
  });

  it('is exact above the edge of a bucket', () => {
    expect(
      above(
        [
          [3, 5],
          [7, 2],
          [9, 1],
        ],
        7,
      ),
    ).toBe(1);
    expect(
      above(
        [
          [3, 5],
          [7, 2],
          [9, 1],
        ],
        6,
      ),
    ).toBe(3);
  });

  it('merges in any order, and one by one as well as all at once', () => {
    fc.assert(
      fc.property(histogram, histogram, histogram, (a, b, c) => {
        const whole = merge(a, b, c);
        expect(merge(c, merge(b, a))).toEqual(whole);
        expect(total(whole)).toBe(total(a) + total(b) + total(c));
      }),
    );
  });

  it('refuses counts that cannot be', () => {
    expect(() => histogramOf([[1.5, 1]])).toThrow('1.5');
    expect(() => histogramOf([[1, -1]])).toThrow('-1');
  });
});

describe('a packed histogram', () => {
  it('unpacks to what was packed', () => {
    fc.assert(fc.property(histogram, (one) => expect(unpack(pack(one))).toEqual(one)));
  });

  it('is written as the format says: base64 of varint pairs, zig-zag differences first', () => {
    expect(pack([])).toBe('');
    // Buckets -2 and 1 with counts 1 and 300: zig-zag(-2) = 3, 1; zig-zag(3) = 6, 300 = 0xac 0x02.
    expect(
      pack([
        [-2, 1],
        [1, 300],
      ]),
    ).toBe(Buffer.from([3, 1, 6, 0xac, 0x02]).toString('base64'));
    expect(unpack('AwEGrAI')).toEqual([
      [-2, 1],
      [1, 300],
    ]);
  });

  it('of a million latencies over five decades stays far below the limit of a report', () => {
    const wide = histogramOf(Array.from({ length: 600 }, (_, i) => [i, 1 + ((i * 7919) % 3300)] as const));
    expect(pack(wide).length).toBeLessThan(2500);
    const usual = histogramOf(
      Array.from({ length: 120 }, (_, i) => [180 + i, 1 + ((i * 7919) % 16_000)] as const),
    );
    expect(pack(usual).length).toBeLessThan(500);
  });

  it.each([
    ['a letter that is not base64', 'AwE*', 'found "*"'],
    ['half a byte', 'AwEGr', 'ends within a byte'],
    ['half a number', Buffer.from([3, 0x80]).toString('base64'), 'ends within a number'],
    ['a bucket without count', Buffer.from([3, 1, 6]).toString('base64'), 'a bucket that has no count'],
    ['a count of zero', Buffer.from([3, 0]).toString('base64'), 'no count in bucket -2'],
    ['the same bucket twice', Buffer.from([3, 1, 0, 1]).toString('base64'), 'not ascending at bucket -2'],
    ['a falling bucket', Buffer.from([3, 1, 1, 1]).toString('base64'), 'not ascending at bucket -2'],
    ['an endless number', Buffer.from(Array<number>(9).fill(0xff)).toString('base64'), 'beyond 2^53'],
  ])('is refused with the reason: %s', (_, text, reason) => {
    expect(() => unpack(text)).toThrow(PackingError);
    expect(() => unpack(text)).toThrow(reason);
  });
});

describe('a quantile', () => {
  const ticks = Array.from({ length: 1000 }, (_, i) => i + 1);

  it('is within 1 % of the true one', () => {
    const known = { histogram: ofLatencies(ticks), late: 0, unknown: 0 };
    for (const q of [0.01, 0.5, 0.95, 0.99, 1]) {
      expect(Math.abs((quantile(known, q) ?? NaN) / (q * 1000) - 1)).toBeLessThanOrEqual(0.0101);
    }
  });

  it('is none without data, and none where what never ended decides it', () => {
    expect(quantile({ histogram: [], late: 0, unknown: 0 }, 0.5)).toBeNull();
    const half = { histogram: ofLatencies([1, 2, 3]), late: 4, unknown: 0 };
    expect(quantile(half, 0.4)).not.toBeNull();
    expect(quantile(half, 0.5)).toBeNull();
  });

  it('has bounds around it, which what is late or unknown never narrows', () => {
    const all = { histogram: ofLatencies(ticks), late: 0, unknown: 0 };
    const { lower, upper } = quantileInterval(all, 0.9, 0.05);
    expect(lower).toBeLessThan(900);
    expect(lower).toBeGreaterThan(800);
    expect(upper).toBeGreaterThan(900);
    expect(upper).toBeLessThan(980);
    const unsure = quantileInterval({ ...all, unknown: 50 }, 0.9, 0.05);
    expect(unsure.lower).toBeLessThanOrEqual(lower ?? NaN);
    expect(unsure.upper).toBeGreaterThan(upper ?? NaN);
    const slower = quantileInterval({ ...all, late: 50 }, 0.9, 0.05);
    expect(slower.lower).toBeGreaterThan(lower ?? NaN);
    expect(slower.upper).toBeGreaterThan(upper ?? NaN);
  });

  it('is beyond the last bucket where too many are late', () => {
    const mostlyLate = { histogram: ofLatencies([10, 20]), late: 100, unknown: 0 };
    const bounds = quantileInterval(mostlyLate, 0.5, 0.05);
    expect(bounds.lower).toBeCloseTo(Math.exp(bucketOf(20) * LN_GAMMA), 9);
    expect(bounds.upper).toBeNull();
  });

  it('has no bounds without data', () => {
    expect(quantileInterval({ histogram: [], late: 0, unknown: 0 }, 0.5, 0.05)).toEqual({
      lower: null,
      upper: null,
    });
  });
});
