import { logSumExp, requireThat } from './betting.ts';
import { oneArm } from './one-arm.ts';

/**
 * Natural-log e-value against "each enrolled invocation is in the experimental group with probability `pi`". At
 * log(1000) the groups were not drawn as promised, and no comparison of them means anything.
 */
export function unevenSplit(
  counts: { readonly experimental: number; readonly n: number },
  pi: number,
): number {
  requireThat(pi > 0 && pi < 1, () => `pi: ${pi}, not between 0 and 1`);
  const outcomes = { bad: counts.experimental, n: counts.n };
  return logSumExp([oneArm('up', outcomes, pi), oneArm('down', outcomes, pi)]) - Math.LN2;
}
