// What is said to Slack over HTTP. Nothing of an address, a header or a body ever gets into an error: webhooks and tokens
// are secrets, and errors are logged.

/** Slack wants us to wait. */
export class SlackRateLimited extends Error {
  override readonly name = 'SlackRateLimited';
  readonly code = 'ratelimited';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`Slack wants to be asked again in ${Math.ceil(retryAfterMs / 1_000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Slack did not take it. `code` is Slack's own where it gave one: `channel_not_found`, `no_service`, … */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;

  constructor(code: string, what: string, details: readonly string[] = []) {
    const more = details.length === 0 ? '' : `: ${details.join('; ').slice(0, 500)}`;
    super(`Slack: ${what} (${code})${more}`);
    this.code = code;
  }
}

export interface Sending {
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Sent {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Without the header, and never longer than that at once. */
const usualRetryAfterMs = 30_000;
const longestRetryAfterMs = 3_600_000;
/** An answer is some hundred characters; this is what we would ever read of one. */
const mostAnswerChars = 1_000_000;

export async function send(address: URL, what: string, { timeoutMs, headers, body }: Sending): Promise<Sent> {
  const request = { method: 'POST', headers, body, redirect: 'error' } as const;
  const sent = await answered(address, { ...request, signal: AbortSignal.timeout(timeoutMs) });
  if ('failure' in sent) throw new SlackError(sent.failure, `${what} was not answered`);
  return sent;
}

/** The error itself is dropped: those of `fetch` may quote the address or a header. Its code says enough. */
async function answered(address: URL, request: RequestInit): Promise<Sent | { readonly failure: string }> {
  try {
    const response = await fetch(address, request);
    const text = (await response.text()).slice(0, mostAnswerChars);
    return { status: response.status, retryAfter: response.headers.get('retry-after') ?? undefined, text };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unreachable';
  if ('name' in error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'timeout';
  const cause = 'cause' in error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : 'unreachable';
}

/** Seconds, as Slack gives them. */
export function parsedRetryAfter(header: string | undefined): number {
  const seconds = Number(header ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return usualRetryAfterMs;
  return Math.min(Math.ceil(seconds * 1_000), longestRetryAfterMs);
}

/** An address that secrets may be sent to: https, or this machine. */
export function serviceAddress(text: string, what: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  const loopback =
    address?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(address.hostname);
  if (address === undefined || (address.protocol !== 'https:' && !loopback))
    throw new SlackError('invalid_address', `${what} is not an https address`);
  if (address.username !== '' || address.password !== '')
    throw new SlackError('invalid_address', `${what} must not hold a user name or a password`);
  return address;
}
