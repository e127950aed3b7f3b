import type { Interval, Side } from './betting.ts';
import { fastest, LN_GAMMA, middleOf, slowest, total, upperEdge, type Histogram } from './histogram.ts';
import { oneArm } from './one-arm.ts';

/** Latencies of one group, with those that a histogram cannot show. */
export interface Latencies {
  readonly histogram: Histogram;
  /** Slower than any bucket. */
  readonly late: number;
  /** Not known: pending, or finished without a latency. */
  readonly unknown: number;
}

/** The bucket whose upper edge bounds a quantile; null where unbounded. */
export interface BucketBounds {
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * A quantile in milliseconds, to the accuracy of the buckets, merged ones included; null without data, and where it is
 * slower than any bucket.
 */
export function quantile(latencies: Latencies, q: number, lnGamma: number = LN_GAMMA): number | null {
  const { histogram, late } = latencies;
  const rank = Math.max(1, Math.ceil(q * (total(histogram) + late)));
  const [from, to] = [bucketAt(fastest(histogram), rank), bucketAt(slowest(histogram), rank)];
  return from === null || to === null ? null : middleOf(to, lnGamma, to - from + 1);
}

/** The bucket that holds the latency of this rank, counted from 1. */
function bucketAt(histogram: Histogram, rank: number): number | null {
  let seen = 0;
  for (const [bucket, count] of histogram) {
    seen += count;
    if (seen >= rank) return bucket;
  }
  return null;
}

/**
 * Time-uniform confidence bounds of a quantile, as buckets, at level 1 - `alpha`: order statistics whose ranks bound a
 * share (Howard and Ramdas 2022), widened by at most one bucket. What is unknown, be it a latency or its place among
 * merged buckets, counts as fast for the lower bound and as slow for the upper one.
 */
export function quantileBuckets(latencies: Latencies, q: number, alpha: number): BucketBounds {
  const n = total(latencies.histogram) + latencies.late + latencies.unknown;
  const needed = Math.log(2 / alpha);
  const refutes = (side: Side, bad: number) => oneArm(side, { n, bad }, 1 - q) >= needed;
  return {
    lower: lowerBucket(fastest(latencies.histogram), latencies, (slower) => refutes('up', slower)),
    upper: upperBucket(slowest(latencies.histogram), latencies, (slower) => refutes('down', slower)),
  };
}

/** The same in milliseconds. */
export function quantileInterval(
  latencies: Latencies,
  q: number,
  alpha: number,
  lnGamma: number = LN_GAMMA,
): Interval {
  const { lower, upper } = quantileBuckets(latencies, q, alpha);
  return {
    lower: lower === null ? null : upperEdge(lower, lnGamma),
    upper: upper === null ? null : upperEdge(upper, lnGamma),
  };
}

/** The largest bucket above which there is still too much. */
function lowerBucket(
  histogram: Histogram,
  { late }: Latencies,
  tooMany: (slower: number) => boolean,
): number | null {
  const slower = slowerThanEach(histogram, late);
  const last = histogram.at(-1);
  // Above the last bucket are only the late ones; how much slower they are is not known, so its edge must do.
  if (last === undefined || tooMany(late)) return last?.[0] ?? null;
  const reached = firstIndex(slower, (count) => !tooMany(count));
  const bucket = histogram[reached]?.[0];
  // Up to the bucket before, there is as much above as above the occupied one before it.
  return bucket === undefined || (reached === 0 && !tooMany(total(histogram) + late)) ? null : bucket - 1;
}

/** The smallest bucket above which there is too little. */
function upperBucket(
  histogram: Histogram,
  { late, unknown }: Latencies,
  tooFew: (slower: number) => boolean,
): number | null {
  const reached = firstIndex(slowerThanEach(histogram, late + unknown), tooFew);
  return histogram[reached]?.[0] ?? null;
}

/** How many are above each occupied bucket: falling. */
function slowerThanEach(histogram: Histogram, beyond: number): number[] {
  let slower = total(histogram) + beyond;
  return histogram.map(([, count]) => (slower -= count));
}

/** The first index whose value holds, where all after it hold too; the length where none does. */
function firstIndex(values: readonly number[], holds: (value: number) => boolean): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(values[middle] ?? Number.NaN)) to = middle;
    else from = middle + 1;
  }
  return from;
}
