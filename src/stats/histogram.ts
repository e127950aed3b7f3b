import { requireThat } from './betting.ts';

/**
 * Counts by latency bucket, ascending by bucket, without zeros. Bucket i holds (g^(i-1), g^i] milliseconds, so that
 * the number above a bucket's edge is exact and any value is known to 1 % (logarithmic buckets of DDSketch). An entry
 * with a width w >= 2 stands for w buckets merged into the uppermost of them: its values lie in (g^(i-w), g^i].
 */
export type Histogram = readonly (readonly [bucket: number, count: number, width?: number])[];

/** Relative accuracy of the buckets. */
export const ACCURACY = 0.01;

/** ln g for buckets of a relative accuracy. */
export function lnGammaOf(accuracy: number): number {
  return Math.log((1 + accuracy) / (1 - accuracy));
}

/** ln g of every histogram in telemetry. */
export const LN_GAMMA = lnGammaOf(ACCURACY);

/** Shorter times count as this: a clock may show none at all, and the logarithm of 0 has no bucket. */
export const SHORTEST_MS = 1e-3;

export const emptyHistogram: Histogram = [];

/** The bucket of a latency in milliseconds. */
export function bucketOf(latencyMs: number, lnGamma: number = LN_GAMMA): number {
  requireThat(Number.isFinite(latencyMs), () => `latency: ${latencyMs} ms`);
  return Math.ceil(Math.log(Math.max(latencyMs, SHORTEST_MS)) / lnGamma);
}

/** The largest latency of a bucket, in milliseconds. */
export function upperEdge(bucket: number, lnGamma: number = LN_GAMMA): number {
  return Math.exp(bucket * lnGamma);
}

/**
 * The latency that stands for a bucket, in milliseconds: no value of the bucket is further than the accuracy away.
 * `width` buckets that end with this one are as far from theirs as that allows.
 */
export function middleOf(bucket: number, lnGamma: number = LN_GAMMA, width: number = 1): number {
  return (2 * upperEdge(bucket, lnGamma)) / (Math.exp(width * lnGamma) + 1);
}

/** A histogram of counts in any order; counts of the same bucket and width are added. */
export function histogramOf(
  counts: Iterable<readonly [bucket: number, count: number, width?: number]>,
): Histogram {
  const byWidth = new Map<number, Map<number, number>>();
  for (const [bucket, count, width = 1] of counts) {
    if (!Number.isSafeInteger(bucket) || !Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(
        `histogram: ${count} in bucket ${bucket}; both must be integers, the count not negative`,
      );
    }
    requireThat(Number.isSafeInteger(width) && width > 0, () => `width of bucket ${bucket}: ${width}`);
    const byBucket = byWidth.get(width) ?? new Map<number, number>();
    byWidth.set(width, byBucket);
    if (count > 0) byBucket.set(bucket, (byBucket.get(bucket) ?? 0) + count);
  }
  return [...byWidth]
    .flatMap(([width, byBucket]) => [...byBucket].map(([bucket, count]) => entry(bucket, count, width)))
    .sort(([a, , wide = 1], [b, , wider = 1]) => a - b || wide - wider);
}

function entry(bucket: number, count: number, width: number): Histogram[number] {
  return width === 1 ? [bucket, count] : [bucket, count, width];
}

/** What was counted in buckets that had been merged, `stride` at a time, into the uppermost of each. */
export function coarse(histogram: Histogram, stride: number): Histogram {
  if (stride === 1) return histogram;
  return histogramOf(histogram.map(([bucket, count]) => [bucket, count, stride] as const));
}

/** Each latency in the lowest bucket that it may belong to. */
export function fastest(histogram: Histogram): Histogram {
  return isFine(histogram)
    ? histogram
    : histogramOf(histogram.map(([bucket, count, width = 1]) => [bucket - width + 1, count] as const));
}

/** Each latency in the highest bucket that it may belong to. */
export function slowest(histogram: Histogram): Histogram {
  return isFine(histogram)
    ? histogram
    : histogramOf(histogram.map(([bucket, count]) => [bucket, count] as const));
}

function isFine(histogram: Histogram): boolean {
  return histogram.every(([, , width]) => width === undefined);
}

/** All together. Any order of merging gives the same. */
export function merge(...histograms: readonly Histogram[]): Histogram {
  return histogramOf(histograms.flat());
}

export function total(histogram: Histogram): number {
  return histogram.reduce((sum, [, count]) => sum + count, 0);
}

/** How many are larger than the upper edge of `bucket`: exact, where no buckets are merged. */
export function above(histogram: Histogram, bucket: number): number {
  return histogram.reduce((sum, [at, count]) => (at > bucket ? sum + count : sum), 0);
}

/**
 * How many exceed a limit in milliseconds. Where the limit lies within a bucket, or within some that were merged, their
 * values may or may not: `certain` leaves them out, `possible` counts them in.
 */
export function exceedances(
  histogram: Histogram,
  limitMs: number,
  lnGamma: number = LN_GAMMA,
): { readonly certain: number; readonly possible: number } {
  requireThat(limitMs >= 0, () => `limit: ${limitMs} ms`);
  const position = Math.log(Math.max(limitMs, SHORTEST_MS)) / lnGamma;
  return {
    certain: above(fastest(histogram), Math.ceil(position)),
    possible: above(slowest(histogram), Math.floor(position)),
  };
}
