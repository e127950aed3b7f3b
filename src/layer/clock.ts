/** The layer's only way to the time, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since 1970; may jump, and goes on while a sandbox is frozen. */
  now(): number;
  /** Milliseconds from an arbitrary start; never jumps, and may stand still while a sandbox is frozen. */
  monotonic(): number;
  /**
   * Calls back once, later; the returned function takes that back.
   * @param idly while nothing else is to be done, the process does not wait for it
   */
  after(ms: number, then: () => void, idly?: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, then, idly = false) => {
    const timer = setTimeout(then, ms);
    if (idly) timer.unref();
    return () => clearTimeout(timer);
  },
};
