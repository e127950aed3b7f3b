/** `up` bets that the mean is above its tolerance (harm), `down` that it is below (held). */
export type Side = 'up' | 'down';

/** Confidence bounds; null where unbounded. */
export interface Interval {
  readonly lower: number | null;
  readonly upper: number | null;
}

const GRID_SIZE = 12;

/** Log odds ratios on which the bets are placed: 5 down to 0.02, so that large and small effects are both found. */
export const LAMBDAS: readonly number[] = Array.from({ length: GRID_SIZE }, (_, k) => 5 * Math.exp(-k / 2));

/** Natural logarithms of the shares of the stake on each bet; the shares sum to 1. */
export const LOG_WEIGHTS: readonly number[] = (() => {
  const logs = LAMBDAS.map((_, k) => -k / 4);
  const total = logSumExp(logs);
  return logs.map((x) => x - total);
})();

/** log(sum(exp(x))) without overflow. */
export function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(values.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}

/**
 * The logarithm of an e-value from the logarithm of the wealth of each bet. Averages of e-values are e-values, so one
 * need not know the size of the effect beforehand.
 */
export function logMixture(wealth: readonly number[]): number {
  return logSumExp(wealth.map((x, k) => x + (LOG_WEIGHTS[k] ?? Number.NaN)));
}

/** The p-value that goes with a natural-log e-value: valid at every look. */
export function pValue(logE: number): number {
  return Math.min(1, Math.exp(-logE));
}

/** An input that no experiment can produce: a defect of the caller, never data. */
export function requireThat(holds: boolean, message: () => string): void {
  if (!holds) throw new RangeError(message());
}
