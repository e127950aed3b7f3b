import { boundary } from './bisection.ts';
import { LAMBDAS, logMixture, requireThat, type Side } from './betting.ts';
import { bets, type Contrast } from './two-arms.ts';

/** Standard normal quantile of 80 %: the power that plans aim at. */
const Z_80 = 0.8416212335729143;

/** No plan looks further than this many invocations. */
const FOREVER = 1e15;

/** Mean and variance of what one invocation adds to a bet's log wealth. */
interface Growth {
  readonly mean: number;
  readonly variance: number;
}

/** What a plan may err, and the share of the error that its test may spend. */
export interface Budget {
  readonly alpha: number;
  /** Between 0 and 1: less than 1 where several tests share one alpha. */
  readonly weight: number;
}

/**
 * Invocations of both groups after which a test of two groups succeeds in 80 % of the runs, were these the true shares;
 * not rounded. Null where it never would.
 */
export function requiredTwoArms(
  side: Side,
  shares: { readonly experimental: number; readonly control: number },
  contrast: Contrast,
  budget: Budget,
): number | null {
  const { experimental, control } = shares;
  requireThat(isShare(experimental) && isShare(control), () => `shares: ${experimental} and ${control}`);
  const { pi } = contrast;
  const growths = bets(side, contrast).map((bet) =>
    growth([
      [pi * experimental, bet.experimentalBad],
      [pi * (1 - experimental), bet.experimentalGood],
      [(1 - pi) * control, bet.controlBad],
      [(1 - pi) * (1 - control), bet.controlGood],
    ]),
  );
  return required(growths, budget);
}

/** Invocations of one group after which a test of an absolute tolerance succeeds in 80 % of the runs; null where never. */
export function requiredOneArm(side: Side, share: number, tolerance: number, budget: Budget): number | null {
  requireThat(isShare(share) && isShare(tolerance), () => `shares: ${share} and ${tolerance}`);
  const growths = LAMBDAS.map((lambda) => {
    const slope = side === 'up' ? lambda : -lambda;
    const good = -Math.log1p(tolerance * Math.expm1(slope));
    return growth([
      [share, slope + good],
      [1 - share, good],
    ]);
  });
  return required(growths, budget);
}

/** The smallest harm, as a difference of shares, that `n` invocations of both groups show; null where none. */
export function detectableTwoArms(
  n: number,
  controlShare: number,
  contrast: Contrast,
  budget: Budget,
): number | null {
  const shown = (experimental: number) =>
    within(requiredTwoArms('up', { experimental, control: controlShare }, contrast, budget), n);
  return shown(1) ? boundary(shown, 1, controlShare) - controlShare : null;
}

/** The smallest share above an absolute tolerance that `n` invocations of one group show; null where none. */
export function detectableOneArm(n: number, tolerance: number, budget: Budget): number | null {
  const shown = (share: number) => within(requiredOneArm('up', share, tolerance, budget), n);
  return shown(1) ? boundary(shown, 1, tolerance) : null;
}

/** Solves "wealth, less 0.84 standard deviations, reaches its goal". In the square root of n that is convex: one crossing. */
function required(growths: readonly Growth[], { alpha, weight }: Budget): number | null {
  requireThat(alpha > 0 && alpha < 1, () => `alpha: ${alpha}`);
  requireThat(weight > 0 && weight <= 1, () => `weight: ${weight}`);
  const goal = -Math.log(alpha) - Math.log(weight);
  const reached = (n: number) =>
    logMixture(growths.map(({ mean, variance }) => n * mean - Z_80 * Math.sqrt(n * variance))) >= goal;
  let enough = 1;
  while (!reached(enough)) {
    enough *= 2;
    if (enough > FOREVER) return null;
  }
  return boundary(reached, enough, 0);
}

function growth(outcomes: readonly (readonly [probability: number, gain: number])[]): Growth {
  // What cannot happen may gain an infinite amount; 0 times that would not be a number.
  const possible = outcomes.filter(([probability]) => probability > 0);
  const mean = possible.reduce((sum, [probability, gain]) => sum + probability * gain, 0);
  const variance = possible.reduce((sum, [probability, gain]) => sum + probability * (gain - mean) ** 2, 0);
  return { mean, variance };
}

function within(needed: number | null, n: number): boolean {
  return needed !== null && needed <= n;
}

function isShare(x: number): boolean {
  return x >= 0 && x <= 1;
}
