import fc from 'fast-check';
import {
  bucketOf as bucketInFunction,
  packHistogram as packInFunction,
} from '../../../src/layer/telemetry/histogram.ts';
import { bucketOf, histogramOf, LN_GAMMA } from '../../../src/stats/histogram.ts';
import { pack, unpack } from '../../../src/stats/packing.ts';

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
        const packed = packInFunction(new Map(histogram));
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
