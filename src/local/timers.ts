import { systemClock } from '../adapters/system-clock.ts';

/** Node's timers fire at once beyond this. */
const maxDelayMs = 2 ** 31 - 1;

/** What failed is tried again after this, as a queue would deliver it again. */
const retryMs = 1_000;

/** Work to be done at a time, in this process. What fails is reported, and done again until it succeeds. */
export class Timers {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #onError: (what: string, error: unknown) => void;
  #count = 0;
  #stopped = false;

  constructor(onError: (what: string, error: unknown) => void) {
    this.#onError = onError;
  }

  /** The same key again replaces what was planned under it. */
  at(time: number, what: string, work: () => Promise<void>, key: string = `#${(this.#count += 1)}`): void {
    this.cancel(key);
    if (this.#stopped) return;
    const delayMs = Math.min(Math.max(0, time - systemClock.now()), maxDelayMs);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      work().catch((error: unknown) => {
        this.#onError(what, error);
        // Whatever has been planned under the key meanwhile takes its place.
        if (!this.#timers.has(key)) this.at(systemClock.now() + retryMs, what, work, key);
      });
    }, delayMs);
    this.#timers.set(key, timer);
  }

  cancel(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  stop(): void {
    this.#stopped = true;
    for (const key of [...this.#timers.keys()]) this.cancel(key);
  }
}
