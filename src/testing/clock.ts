import type { Clock } from '../layer/clock.ts';
import type { TestClock } from './api.ts';

/**
 * A test's clock: its globals as they are when they are asked, so that fake timers fake it. A timer that has run out
 * moves the time on at least as far, since timers may be fake where the time is not.
 */
export function clockOf(own: TestClock | undefined): Clock {
  const clock: TestClock = own ?? {
    now: () => Date.now(),
    after: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  };
  let aheadMs = 0;
  const monotonic = (): number => clock.now() + aheadMs;
  return {
    now: () => clock.now(),
    monotonic,
    after: (ms, then) => {
      const due = monotonic() + ms;
      return clock.after(ms, () => {
        aheadMs += Math.max(0, due - monotonic());
        then();
      });
    },
  };
}
