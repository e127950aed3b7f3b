import type { DependencyLatencyFault } from '../generated/types.ts';
import { unitHash } from './hash.ts';

/** A number in [0, 1) for a purpose ("rate", "delay"); the same purpose always gives the same number. */
export type Draw = (purpose: string) => number;

/** A fixed delay in milliseconds, an even spread, or a log-normal one by median and 99th percentile. */
export type Delay = DependencyLatencyFault['delay'];

/** The 99 % quantile of the standard normal distribution. */
const Z99 = 2.3263478740408408;
/** No invocation of Lambda lasts longer, so no delay needs to. */
const LONGEST_DELAY_MS = 900_000;

/** Draws that depend only on run, request, fault and place in the invocation: a run can be replayed exactly. */
export function drawsFor(salt: string, requestId: string, faultId: string, index: number): Draw {
  return (purpose) => unitHash(`${salt}:${requestId}:${faultId}:${index}:${purpose}`);
}

/** One delay in milliseconds. */
export function drawDelayMs(delay: Delay, draw: Draw): number {
  return Math.min(LONGEST_DELAY_MS, Math.max(0, unboundedDelayMs(delay, draw)));
}

function unboundedDelayMs(delay: Delay, draw: Draw): number {
  if (typeof delay === 'number') return delay;
  if ('min' in delay) return delay.min + draw('delay') * (delay.max - delay.min);
  const sigma = Math.log(delay.p99 / delay.p50) / Z99;
  const normal = Math.sqrt(-2 * Math.log(1 - draw('delay'))) * Math.cos(2 * Math.PI * draw('delay-angle'));
  return delay.p50 * Math.exp(sigma * normal);
}

/** A delay in words: "300 ms", "100 ms to 400 ms", "about 200 ms (99 % below 2 s)". */
export function describeDelay(delay: Delay): string {
  if (typeof delay === 'number') return time(delay);
  if ('min' in delay) return `${time(delay.min)} to ${time(delay.max)}`;
  return `about ${time(delay.p50)} (99 % below ${time(delay.p99)})`;
}

function time(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Number((ms / 1_000).toPrecision(6))} s`;
}
