import type { Estimate, GroupTotals } from '../core/evidence.ts';
import { total } from '../stats/histogram.ts';
import { shareAtLeast, shareAtMost, type Outcomes } from '../stats/one-arm.ts';
import { quantile, quantileInterval, type Latencies } from '../stats/quantiles.ts';

/** Error probability of the confidence bounds in reports, over all looks together. */
export const ESTIMATE_ALPHA = 0.05;

const noData: Estimate = { n: 0, bad: 0, value: null, lower: null, upper: null };

/** Failures so far. What is pending may still be a success: it counts as one, so harm is never overstated. */
export function failuresSoFar(group: GroupTotals): Outcomes {
  return { n: group.started, bad: group.failed + group.late };
}

/** Failures among invocations that can no longer change. What has no outcome counts as failed. */
export function failuresClosed({ closed }: GroupTotals): Outcomes {
  return { n: closed.started, bad: closed.failed + closed.started - closed.finished };
}

/** A group's share of failures. Its lower bound takes pending invocations for successes, its upper one for failures. */
export function failureEstimate(group: GroupTotals): Estimate {
  const { n, bad } = failuresSoFar(group);
  if (n === 0) return noData;
  const pending = group.started - group.finished - group.late;
  return {
    n,
    bad,
    value: bad / n,
    lower: shareAtLeast({ n, bad }, ESTIMATE_ALPHA),
    upper: shareAtMost({ n, bad: bad + pending }, ESTIMATE_ALPHA),
  };
}

/** All that is known of a group's latency. */
export function latenciesOf(group: GroupTotals): Latencies {
  const { histogram, late, started } = group;
  return { histogram, late, unknown: started - late - total(histogram) };
}

/** A group's quantile in milliseconds; `bad` is how many are beyond the limit for certain. */
export function latencyEstimate(group: GroupTotals, q: number, bad: number): Estimate {
  const n = group.started;
  if (n === 0) return noData;
  const latencies = latenciesOf(group);
  const { lower, upper } = quantileInterval(latencies, q, ESTIMATE_ALPHA);
  return { n, bad, value: quantile(latencies, q), lower: lower ?? 0, upper };
}
