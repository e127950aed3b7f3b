import type { Judged, LookContext } from './module.ts';

const defaultWithinMs = 5_000;

/** Asks within the time that an answer may take; whatever goes wrong is a deviation, and its value the time it took. */
export async function probed(
  { deadline, now }: LookContext,
  withinMs: number = defaultWithinMs,
  ask: (signal: AbortSignal) => Promise<Pick<Judged, 'state' | 'detail'>>,
): Promise<Judged> {
  const before = now();
  const tookMs = (): number => Math.max(0, Math.round(now() - before));
  try {
    const { state, detail } = await deadline(withinMs, ask);
    const value = tookMs();
    // A process that stood still may get its answer before its own timer.
    return value > withinMs
      ? { state: 'broken', value, detail: `${detail}, after ${value} ms instead of ${withinMs} ms` }
      : { state, value, detail: `${detail}, after ${value} ms` };
  } catch (error) {
    const value = tookMs();
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const why = name === 'DeadlineError' ? `no answer within ${withinMs} ms` : `no answer: ${message}`;
    return { state: 'broken', value, detail: why.slice(0, 300) };
  }
}
