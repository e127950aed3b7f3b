import { boundary } from './bisection.ts';
import { LAMBDAS, logMixture, requireThat, type Interval, type Side } from './betting.ts';
import { shareAtLeast, shareAtMost } from './one-arm.ts';

/** Outcomes of both groups. */
export interface ArmCounts {
  readonly experimentalBad: number;
  readonly experimentalGood: number;
  readonly controlBad: number;
  readonly controlGood: number;
}

/** The tolerance that compares two groups: experimental share <= `ratio` * control share + `margin`. */
export interface Contrast {
  /** Share of enrolled invocations in the experimental group. */
  readonly pi: number;
  /** At least 1. */
  readonly ratio: number;
  /** A difference of shares. */
  readonly margin: number;
  /** About the share of bad outcomes where they are not rare, else 0; needs `ratio` 1. Changes power, never validity. */
  readonly centre: number;
}

/** Log wealth gained by one outcome in each cell, for one bet. */
export interface Bet {
  readonly experimentalBad: number;
  readonly experimentalGood: number;
  readonly controlBad: number;
  readonly controlGood: number;
}

/** Log wealth of each bet per outcome: constant for a run, so that wealth is linear in the counts. */
export function bets(side: Side, contrast: Contrast): Bet[] {
  const { pi, ratio, margin } = contrast;
  const scores = cellScores(contrast);
  const { lowest, highest } = range(scores);
  requireThat(margin > lowest && margin < highest, () => `margin: ${margin}, outside what scores can reach`);
  const balance = (pi * ratio) / (pi * ratio + 1 - pi);
  const odds = side === 'up' ? balance : 1 - balance;
  return LAMBDAS.map((lambda) => {
    const growth = odds * Math.expm1(lambda);
    const stake = growth / (1 + growth);
    const gain =
      side === 'up'
        ? (z: number) => Math.log1p((stake * (z - margin)) / (margin - lowest))
        : (z: number) => Math.log1p((-stake * (z - margin)) / (highest - margin));
    return {
      experimentalBad: gain(scores.experimentalBad),
      experimentalGood: gain(scores.experimentalGood),
      controlBad: gain(scores.controlBad),
      controlGood: gain(scores.controlGood),
    };
  });
}

/** Log wealth of each bet. Adds up: the wealth of two batches is the sum of their wealths. */
export function wealthOf(table: readonly Bet[], counts: ArmCounts): number[] {
  return table.map(
    (bet) =>
      bet.experimentalBad * counts.experimentalBad +
      bet.experimentalGood * counts.experimentalGood +
      bet.controlBad * counts.controlBad +
      bet.controlGood * counts.controlGood,
  );
}

/**
 * Natural-log e-value of two groups against a relative tolerance. `up`: against "experimental <= ratio * control +
 * margin"; `down`: against the opposite. Exact for every number of outcomes, at every look, whatever both groups'
 * shares do over time: only the random assignment to groups is used. (Lindon and Malek 2022; Turner, Ly, Grünwald 2024.)
 */
export function twoArms(side: Side, counts: ArmCounts, contrast: Contrast): number {
  const { experimentalBad, experimentalGood, controlBad, controlGood } = counts;
  const all = [experimentalBad, experimentalGood, controlBad, controlGood];
  requireThat(
    all.every((count) => count >= 0),
    () => `outcomes: ${all.join(', ')}`,
  );
  return logMixture(wealthOf(bets(side, contrast), counts));
}

/** Time-uniform confidence interval of experimental share - control share, at level 1 - `alpha`. */
export function differenceInterval(
  counts: ArmCounts,
  { pi, centre }: { readonly pi: number; readonly centre: number },
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  const refuted = Math.log(2 / alpha);
  const { lowest, highest } = range(cellScores({ pi, ratio: 1, margin: 0, centre }));
  const from = Math.max(-1, lowest);
  const to = Math.min(1, highest);
  const refutes = (side: Side) => (margin: number) =>
    margin > lowest && margin < highest && twoArms(side, counts, { pi, ratio: 1, margin, centre }) >= refuted;
  // A hair inside, where the scores' own limits are the ends and the bet is not defined.
  const inset = 1e-12 * (to - from);
  const tooLow = refutes('up');
  const tooHigh = refutes('down');
  return {
    lower: tooLow(from + inset) ? boundary(tooLow, from + inset, to) : from,
    upper: tooHigh(to - inset) ? boundary(tooHigh, to - inset, from) : to,
  };
}

/** Time-uniform confidence interval of experimental share / control share; needs the bad outcomes only. */
export function ratioInterval(
  bad: { experimental: number; control: number },
  pi: number,
  alpha: number,
): Interval {
  const outcomes = { bad: bad.experimental, n: bad.experimental + bad.control };
  const toRatio = (share: number) => ((share / (1 - share)) * (1 - pi)) / pi;
  const upper = shareAtMost(outcomes, alpha);
  return {
    lower: toRatio(shareAtLeast(outcomes, alpha)),
    upper: upper === 1 ? null : toRatio(upper),
  };
}

/** A score per outcome whose mean is experimental share - ratio * control share. */
function cellScores({ pi, ratio, centre }: Contrast): Bet {
  requireThat(pi > 0 && pi < 1, () => `pi: ${pi}, not between 0 and 1`);
  requireThat(ratio >= 1, () => `ratio: ${ratio}, less than 1`);
  requireThat(centre === 0 || ratio === 1, () => `centre: ${centre} needs the ratio 1, found ${ratio}`);
  requireThat(centre >= 0 && centre < 1, () => `centre: ${centre}, not a share`);
  return {
    experimentalBad: (1 - centre) / pi,
    experimentalGood: -centre / pi,
    controlBad: (-ratio * (1 - centre)) / (1 - pi),
    controlGood: (ratio * centre) / (1 - pi),
  };
}

function range(scores: Bet): { lowest: number; highest: number } {
  const all = [scores.experimentalBad, scores.experimentalGood, scores.controlBad, scores.controlGood];
  return { lowest: Math.min(...all), highest: Math.max(...all) };
}
