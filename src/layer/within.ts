/**
 * Waits for `work`, but no longer than `limitMs`; says whether it was done by then. The timer holds the process:
 * while an invocation waits here, nothing else may. A rejection counts as not done and is left to the work's owner.
 */
export function within(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(false), limitMs);
    const settle = (done: boolean): void => {
      clearTimeout(limit);
      resolve(done);
    };
    work.then(
      () => settle(true),
      () => settle(false),
    );
  });
}
