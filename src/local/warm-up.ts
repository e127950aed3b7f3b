import { systemClock, wait } from '../adapters/system-clock.ts';
import type { InvocationResult } from './types.ts';

/** So long without a cold start or a failure, and a service counts as warm. */
const calmMs = 2_500;
/** A service that never becomes warm is taken as it is: the control group will show how it fares. */
const maxMs = 30_000;
const pollMs = 100;

/** Watches a service's answers until it has warmed up, so that cold starts are not mistaken for harm. */
export class WarmUp {
  #restlessAt = systemClock.now();

  saw(result: InvocationResult): void {
    if (!result.ok || result.coldStart) this.#restlessAt = systemClock.now();
  }

  async finished(signal: AbortSignal): Promise<void> {
    const startedAt = systemClock.now();
    while (
      !signal.aborted &&
      systemClock.now() - this.#restlessAt < calmMs &&
      systemClock.now() - startedAt < maxMs
    )
      await wait(pollMs);
  }
}
