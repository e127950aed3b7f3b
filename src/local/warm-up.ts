import { systemClock, wait } from '../adapters/system-clock.ts';
import type { InvocationResult } from './types.ts';

/** So long without a cold start or a failure, and a service counts as warm. */
const calmMs = 2_500;
/** So many answers in a row, too: silence is no sign of calm. */
const calmAnswers = 5;
/** A service that never becomes warm is taken as it is: the control group will show how it fares. */
const maxMs = 30_000;
const pollMs = 100;

/** Watches a service's answers until it has warmed up, so that cold starts are not mistaken for harm. */
export class WarmUp {
  readonly #startedAt = systemClock.now();
  readonly #rampUpMs: number;
  #restlessAt = 0;
  #answers = 0;

  /** Before the traffic has come to its full rate, nothing is known of what the full rate takes. */
  constructor(rampUpMs: number) {
    this.#rampUpMs = rampUpMs;
  }

  saw(result: InvocationResult): void {
    if (result.ok && !result.coldStart) {
      this.#answers += 1;
      return;
    }
    this.#restlessAt = systemClock.now();
    this.#answers = 0;
  }

  async finished(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isOver(systemClock.now())) await wait(pollMs);
  }

  #isOver(now: number): boolean {
    const fullRateAt = this.#startedAt + this.#rampUpMs;
    const calm = now - Math.max(this.#restlessAt, fullRateAt) >= calmMs && this.#answers >= calmAnswers;
    return calm || now - fullRateAt >= maxMs;
  }
}
