import { createHmac, timingSafeEqual } from 'node:crypto';

/** Slack's own advice: a request that is older may be somebody's recording. */
export const maxAgeMs = 5 * 60_000;

/** What a request says of itself, as it came over the wire. */
export interface SignedRequest {
  /** Header `X-Slack-Request-Timestamp`: seconds since 1970. */
  readonly timestamp: string | undefined;
  /** Header `X-Slack-Signature`. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/** When a request says that it was signed; null unless that is within five minutes of now, and its headers can be right. */
export function signedAt({ timestamp, signature }: SignedRequest, now: number): number | null {
  if (timestamp === undefined || !/^[1-9]\d{0,11}$/.test(timestamp)) return null;
  if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature)) return null;
  const at = Number(timestamp) * 1000;
  return Math.abs(now - at) <= maxAgeMs ? at : null;
}

/** Whether Slack signed it with this secret, which only Slack and the app know. Takes the same time for every answer. */
export function isSigned({ timestamp, signature, body }: SignedRequest, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
  const found = Buffer.from((signature ?? '').slice('v0='.length), 'hex');
  return found.length === expected.length && timingSafeEqual(found, expected);
}
