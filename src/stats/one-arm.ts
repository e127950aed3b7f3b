import { crossing } from './bisection.ts';
import { LAMBDAS, logMixture, requireThat, type Interval, type Side } from './betting.ts';

// Taken once: where tests run, each look at a global is slow.
const expm1 = Math.expm1;
const log = Math.log;
const log1p = Math.log1p;

/** Outcomes of one group. */
export interface Outcomes {
  readonly n: number;
  /** How many were bad, or the sum of scores between 0 and 1. */
  readonly bad: number;
}

const ODDS = {
  up: LAMBDAS.map((lambda) => ({ slope: lambda, odds: expm1(lambda) })),
  down: LAMBDAS.map((lambda) => ({ slope: -lambda, odds: expm1(-lambda) })),
} as const;

/**
 * Natural-log e-value of one group against an absolute tolerance. `up`: against "the mean is at most `tolerance`";
 * `down`: against "the mean is at least `tolerance`". Valid at every look, and while the mean drifts, as long as its
 * running average keeps the hypothesis (Howard, Ramdas, McAuliffe, Sekhon 2021; sub-Bernoulli mixture).
 */
export function oneArm(side: Side, { n, bad }: Outcomes, tolerance: number): number {
  requireThat(n >= 0 && bad >= 0 && bad <= n, () => `outcomes: ${bad} bad of ${n}`);
  requireThat(tolerance >= 0 && tolerance <= 1, () => `tolerance: ${tolerance}, not a share between 0 and 1`);
  return logMixture(ODDS[side].map(({ slope, odds }) => slope * bad - n * log1p(tolerance * odds)));
}

/** Lower confidence bound of a share at every look at once, at error probability `alpha` / 2. */
export function shareAtLeast(outcomes: Outcomes, alpha: number): number {
  const excess = (share: number) => oneArm('up', outcomes, share) - log(2 / alpha);
  // What was seen is never refuted: each bet loses on it.
  return outcomes.bad > 0 && excess(0) >= 0 ? crossing(excess, 0, outcomes.bad / outcomes.n) : 0;
}

/** Upper confidence bound of a share at every look at once, at error probability `alpha` / 2. */
export function shareAtMost(outcomes: Outcomes, alpha: number): number {
  const excess = (share: number) => oneArm('down', outcomes, share) - log(2 / alpha);
  return outcomes.bad < outcomes.n && excess(1) >= 0 ? crossing(excess, 1, outcomes.bad / outcomes.n) : 1;
}

/** Time-uniform confidence interval of a share, at level 1 - `alpha`. */
export function shareInterval(outcomes: Outcomes, alpha: number): Interval {
  return { lower: shareAtLeast(outcomes, alpha), upper: shareAtMost(outcomes, alpha) };
}
