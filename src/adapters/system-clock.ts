import { DeadlineError } from '../engine/errors.ts';
import type { Clock } from '../engine/ports.ts';

/** The machine's clock: the one place of the controller that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),

  async deadline(afterMs, work) {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new DeadlineError(afterMs);
        controller.abort(error);
        reject(error);
      }, afterMs);
    });
    try {
      return await Promise.race([work(controller.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  },
};

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves at once where the signal is, or becomes, aborted. */
export async function waitUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let end = (): void => undefined;
  try {
    await new Promise<void>((resolve) => {
      end = resolve;
      if (signal.aborted) resolve();
      timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', end);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
