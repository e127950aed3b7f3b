/** How far the sandbox's clock and the store's may be apart for anything to be injected. */
export const MOST_CLOCK_SKEW_MS = 2000;

/** When the read that the present dose came from was sent: an age never counts from its answer. */
export interface Sending {
  readonly at: number;
  readonly monotonic: number;
}

/**
 * The age of a reading in milliseconds. A frozen sandbox may stop the monotonic clock and a correction may set the
 * other one back, so the greater of both counts, and a clock that ran backwards makes the reading infinitely old.
 */
export function ageMs(sent: Sending, now: Sending): number {
  const byWall = now.at - sent.at;
  return byWall < 0 ? Number.POSITIVE_INFINITY : Math.max(byWall, now.monotonic - sent.monotonic);
}

/**
 * Whether the sandbox's clock can be trusted with `expiresAt`. A Date header is cut to the second, so the store's
 * clock is taken as half a second later, and the sandbox's as the middle of the request: right to within
 * half a second and half the time the request took. An answer without a date is not trusted.
 */
export function clockAgrees(serverDate: number | undefined, sentAt: number, receivedAt: number): boolean {
  if (serverDate === undefined) return false;
  return Math.abs((sentAt + receivedAt) / 2 - (serverDate + 500)) <= MOST_CLOCK_SKEW_MS;
}
