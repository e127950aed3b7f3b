/** Counts by latency bucket; bucket i holds (gamma^(i-1), gamma^i] milliseconds. */
export type Histogram = Map<number, number>;

/** A latency of nothing would have no bucket. */
const SHORTEST_MS = 0.001;

/** The bucket of a latency in milliseconds. */
export function bucketOf(ms: number, lnGamma: number): number {
  return Math.ceil(Math.log(Math.max(SHORTEST_MS, ms)) / lnGamma);
}

/**
 * Merges neighbouring buckets, `stride` at a time, into the uppermost of each: what then is in bucket b may be anything
 * in the buckets from b - stride + 1 on. With stride 1 nothing changes.
 */
export function coarsened(histogram: Histogram, stride: number): Histogram {
  if (stride === 1) return histogram;
  const merged: Histogram = new Map();
  for (const [bucket, count] of histogram) {
    const into = Math.ceil(bucket / stride) * stride;
    merged.set(into, (merged.get(into) ?? 0) + count);
  }
  return merged;
}

/**
 * Base64 of LEB128 varints: pairs of (zig-zag difference to the previous bucket, count), buckets ascending, the first
 * difference counted from bucket 0.
 */
export function packHistogram(histogram: Histogram): string {
  const bytes: number[] = [];
  let previous = 0;
  for (const bucket of [...histogram.keys()].sort((a, b) => a - b)) {
    const difference = bucket - previous;
    pushVarint(bytes, difference < 0 ? -2 * difference - 1 : 2 * difference);
    pushVarint(bytes, histogram.get(bucket) ?? 0);
    previous = bucket;
  }
  return Buffer.from(bytes).toString('base64');
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
