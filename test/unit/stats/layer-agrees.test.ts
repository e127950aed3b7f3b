import fc from 'fast-check';
import {
  bucketOf as bucketInFunction,
  coarsened,
  packHistogram as packInFunction,
} from '../../../src/layer/telemetry/histogram.ts';
import {
  bucketOf,
  coarse,
  exceedances,
  histogramOf,
  LN_GAMMA,
  merge,
  middleOf,
  total,
  type Histogram,
} from '../../../src/stats/histogram.ts';
import { pack, unpack } from '../../../src/stats/packing.ts';
import { quantile, quantileInterval } from '../../../src/stats/quantiles.ts';

// The layer imports nothing of the controller: the two implementations of one format must not drift apart.
describe('the histogram that a function reports', () => {
  const counts = fc.array(
    fc.tuple(fc.integer({ min: -400, max: 800 }), fc.integer({ min: 1, max: 2 ** 40 })),
    { maxLength: 100 },
  );

  it('reads as it was written', () => {
    fc.assert(
      fc.property(counts, (pairs) => {
        const histogram = histogramOf(pairs);
        const packed = packInFunction(new Map(histogram.map(([bucket, count]) => [bucket, count])));
        expect(packed).toBe(pack(histogram));
        expect(unpack(packed)).toEqual(histogram);
      }),
    );
  });

  it('has the same buckets', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 900_000, noNaN: true }), (ms) => {
        expect(bucketInFunction(ms, LN_GAMMA)).toBe(bucketOf(ms));
      }),
    );
  });
});

describe('a histogram that a function has made coarser', () => {
  const latency = fc.double({ min: 0.001, max: 900_000, noNaN: true });
  const stride = fc.oneof(fc.constantFrom(1, 2, 4, 8, 1024), fc.integer({ min: 1, max: 1024 }));
  // Realms of one group, some of which have more to report than others.
  const realms = fc.array(fc.tuple(fc.array(latency, { maxLength: 40 }), stride), { maxLength: 4 });

  const counted = (all: readonly number[]): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const ms of all) {
      const bucket = bucketInFunction(ms, LN_GAMMA);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    return counts;
  };
  const read = (all: readonly number[], by: number): Histogram =>
    coarse(unpack(packInFunction(coarsened(counted(all), by))), by);
  const readAll = (parts: readonly (readonly [number[], number])[]): Histogram =>
    merge(...parts.map(([all, by]) => read(all, by)));

  it('has at most the exceedances that it calls certain, and at least those it calls possible', () => {
    fc.assert(
      fc.property(realms, latency, (parts, limitMs) => {
        const { certain, possible } = exceedances(readAll(parts), limitMs);
        const really = parts.flatMap(([all]) => all).filter((ms) => ms > limitMs).length;
        expect(certain).toBeLessThanOrEqual(really);
        expect(possible).toBeGreaterThanOrEqual(really);
      }),
    );
  });

  it('does not call a latency of 790 ms certainly above 800 ms, nor one of 820 ms certainly below', () => {
    for (const by of [4, 16]) {
      expect(exceedances(read([790], by), 800).certain).toBe(0);
      expect(exceedances(read([820], by), 800).possible).toBe(1);
    }
    expect(exceedances(read([790, 820], 1), 800)).toEqual({ certain: 1, possible: 1 });
  });

  it('is what it was where nothing is merged, and loses no latency where something is', () => {
    fc.assert(
      fc.property(realms, (parts) => {
        const all = parts.flatMap(([some]) => some);
        expect(total(readAll(parts))).toBe(all.length);
        expect(readAll(parts.map(([some]) => [some, 1] as const))).toEqual(histogramOf(counted(all)));
      }),
    );
  });

  it('bounds a quantile no closer than the fine one does, and estimates it within its merged buckets', () => {
    fc.assert(
      fc.property(
        realms,
        fc.constantFrom(0.5, 0.95, 0.99),
        fc.nat(3),
        fc.nat(3),
        (parts, q, late, unknown) => {
          const all = parts.flatMap(([some]) => some);
          const fine = { histogram: read(all, 1), late, unknown };
          const rough = { histogram: readAll(parts), late, unknown };
          const [near, far] = [quantileInterval(fine, q, 0.05), quantileInterval(rough, q, 0.05)];
          if (far.lower !== null) expect(far.lower).toBeLessThanOrEqual(near.lower ?? 0);
          if (far.upper !== null) expect(far.upper).toBeGreaterThanOrEqual(near.upper ?? Infinity);

          const [exact, estimate] = [quantile(fine, q), quantile(rough, q)];
          expect(estimate === null).toBe(exact === null);
          const widest = Math.max(1, ...parts.map(([, by]) => by));
          const ratio = Math.exp(widest * LN_GAMMA);
          expect((estimate ?? 1) / (exact ?? 1)).toBeLessThanOrEqual(ratio);
          expect((exact ?? 1) / (estimate ?? 1)).toBeLessThanOrEqual(ratio);
        },
      ),
    );
  });

  it('names the middle of merged buckets: as far from either edge, in shares of that edge', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 800 }), fc.integer({ min: 1, max: 64 }), (bucket, width) => {
        const [from, to] = [Math.exp((bucket - width) * LN_GAMMA), Math.exp(bucket * LN_GAMMA)];
        const middle = middleOf(bucket, LN_GAMMA, width);
        expect(middle / from - 1).toBeCloseTo(1 - middle / to, 9);
      }),
    );
  });
});
