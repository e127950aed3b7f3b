import type { Experiment } from '../generated/types.ts';

/** The share of invocations in the experimental group; none where no fault is in a function. */
export function exposureOf({ exposure }: Pick<Experiment, 'exposure'>): number {
  return exposure ?? 0;
}
