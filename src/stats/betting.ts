// Taken once: where tests run, each look at a global is slow.
const exp = Math.exp;
const log = Math.log;
const max = Math.max;
const isFinite = Number.isFinite;
const notANumber = Number.NaN;

/** `up` bets that the mean is above its tolerance (harm), `down` that it is below (held). */
export type Side = 'up' | 'down';

/** Confidence bounds; null where unbounded. */
export interface Interval {
  readonly lower: number | null;
  readonly upper: number | null;
}

const GRID_SIZE = 12;

/** Log odds ratios on which the bets are placed: 5 down to 0.02, so that large and small effects are both found. */
export const LAMBDAS: readonly number[] = Array.from({ length: GRID_SIZE }, (_, k) => 5 * exp(-k / 2));

/** Natural logarithms of the shares of the stake on each bet; the shares sum to 1. */
export const LOG_WEIGHTS: readonly number[] = (() => {
  const logs = LAMBDAS.map((_, k) => -k / 4);
  const total = logSumExp(logs);
  return logs.map((x) => x - total);
})();

/** log(sum(exp(x))) without overflow. */
export function logSumExp(values: readonly number[]): number {
  const largest = values.reduce((a, b) => max(a, b));
  if (!isFinite(largest)) return largest;
  let sum = 0;
  for (const x of values) sum += exp(x - largest);
  return largest + log(sum);
}

/**
 * The logarithm of an e-value from the logarithm of the wealth of each bet. Averages of e-values are e-values, so one
 * need not know the size of the effect beforehand.
 */
export function logMixture(wealth: readonly number[]): number {
  return logSumExp(wealth.map((x, k) => x + (LOG_WEIGHTS[k] ?? notANumber)));
}

/** The p-value that goes with a natural-log e-value: valid at every look. */
export function pValue(logE: number): number {
  return Math.min(1, exp(-logE));
}

/** An input that no experiment can produce: a defect of the caller, never data. */
export function requireThat(holds: boolean, message: () => string): void {
  if (!holds) throw new RangeError(message());
}
