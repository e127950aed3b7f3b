import type { GroupTotals, TargetObservation } from '../core/evidence.ts';
import type { EpochMs } from '../core/ids.ts';
import { total } from '../stats/histogram.ts';
import { shareAtLeast, shareAtMost } from '../stats/one-arm.ts';
import { quantile, quantileInterval, type Latencies } from '../stats/quantiles.ts';
import { thinned, type Look } from './timeline.ts';

/** A figure with its bounds; null where not known or unbounded. */
export interface Banded {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface SeriesPoint extends Banded {
  readonly at: EpochMs;
}

export interface GroupSeries {
  readonly experimental: readonly SeriesPoint[];
  readonly control: readonly SeriesPoint[];
}

/** Of the bounds in a report, as of the estimates that signals give. */
export const boundsAlpha = 0.05;

/** The most points of a series: more than a screen has room for. */
export const mostPoints = 300;

/** Failures so far. What is pending counts as good for the lower bound and as bad for the upper one. */
export function failuresOf(group: GroupTotals, alpha: number): Banded {
  const { started, finished, failed, late } = group;
  const bad = failed + late;
  if (started === 0) return { value: null, lower: null, upper: null };
  const pending = started - finished - late;
  return {
    value: bad / started,
    lower: shareAtLeast({ n: started, bad }, alpha),
    upper: shareAtMost({ n: started, bad: bad + pending }, alpha),
  };
}

/** Latencies as the statistics take them: late ones are slower than any bucket, pending ones not known. */
export function latenciesOf(group: GroupTotals): Latencies {
  const { histogram, late, started } = group;
  return { histogram, late, unknown: started - late - total(histogram) };
}

/** A latency quantile so far, in milliseconds. */
export function latencyOf(group: GroupTotals, q: number, alpha: number): Banded {
  const latencies = latenciesOf(group);
  return { value: quantile(latencies, q), ...quantileInterval(latencies, q, alpha) };
}

/** The course of a figure in both groups of a target, thinned. */
export function groupSeries(
  looks: readonly Look[],
  target: string,
  points: number,
  figure: (group: GroupTotals) => Banded,
): GroupSeries {
  const observations = thinned(
    looks.flatMap((look) => look.targets.filter((one) => one.target === target)),
    points,
  );
  const of = (pick: (observation: TargetObservation) => GroupTotals) =>
    observations.map((observation) => ({ at: observation.at, ...figure(pick(observation)) }));
  return { experimental: of((one) => one.experimental), control: of((one) => one.control) };
}
