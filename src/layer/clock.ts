/** The layer's only way to the time, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since 1970; may jump, and goes on while a sandbox is frozen. */
  now(): number;
  /** Milliseconds from an arbitrary start; never jumps, and may stand still while a sandbox is frozen. */
  monotonic(): number;
  /** Calls back once, later; the returned function takes that back. */
  after(ms: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
