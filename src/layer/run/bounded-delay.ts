import { ANSWER_MARGIN_MS } from './invocation.ts';

/**
 * A delay leaves the answer time to arrive, unless it is meant to run into the timeout.
 * @param leftMs the remaining time without what the handler still needs of it
 */
export function boundedDelayMs(wantedMs: number, untilTimeout: boolean | undefined, leftMs: number): number {
  return untilTimeout === true ? wantedMs : Math.min(wantedMs, leftMs - ANSWER_MARGIN_MS);
}
