import type { GroupTotals, TargetObservation } from '../../../src/core/evidence.ts';
import { bucketOf, histogramOf } from '../../../src/stats/histogram.ts';

interface Sketch {
  readonly started: number;
  readonly failed?: number;
  readonly late?: number;
  readonly pending?: number;
  /** Started in cohorts that are still open; none of them has failed. */
  readonly open?: number;
  /** How many took how long, in milliseconds. */
  readonly latencies?: readonly (readonly [ms: number, count: number])[];
}

/** A group in few words. Pending invocations belong to open cohorts. */
export function group({
  started,
  failed = 0,
  late = 0,
  pending = 0,
  open = pending,
  latencies = [],
}: Sketch): GroupTotals {
  const finished = started - late - pending;
  return {
    started,
    finished,
    failed,
    late,
    closed: { started: started - open, finished: finished - (open - pending), failed, late },
    histogram: histogramOf(latencies.map(([ms, count]) => [bucketOf(ms), count] as const)),
  };
}

export function observe(experimental: Sketch, control: Sketch): TargetObservation {
  return {
    target: 'checkout',
    at: 1_000_000,
    realms: 1,
    experimental: group(experimental),
    control: group(control),
    fired: {},
    skipped: {},
  };
}
