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

  /** Resolves when the service has calmed down, or the signal comes. */
  async finished(signal: AbortSignal): Promise<void> {
    const latest = systemClock.now() + maxMs;
    await until(signal, (now) => now - this.#restlessAt >= calmMs || now >= latest);
  }

  /** Resolves after a fixed time, or when the signal comes. */
  async after(ms: number, signal: AbortSignal): Promise<void> {
    const end = systemClock.now() + ms;
    await until(signal, (now) => now >= end);
  }
}

async function until(signal: AbortSignal, reached: (now: number) => boolean): Promise<void> {
  while (!signal.aborted && !reached(systemClock.now())) await wait(pollMs);
}
