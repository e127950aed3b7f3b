import { parsedRetryAfter, SlackError, SlackRateLimited, send, serviceAddress } from './slack-http.ts';

/**
 * Posts to an address that Slack gave out: an incoming webhook, or the `response_url` of a command or a button. The
 * address is the secret. Throws `SlackRateLimited`, else `SlackError` with the one word of Slack's answer as its code.
 */
export async function postToSlack(
  address: string,
  body: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<void> {
  const response = await send(serviceAddress(address, 'what is stored as a webhook'), 'a webhook', {
    timeoutMs,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });
  if (response.status === 429) throw new SlackRateLimited(parsedRetryAfter(response.retryAfter));
  if (response.status < 200 || response.status >= 300)
    throw new SlackError(
      codeOf(response.text, response.status),
      `a webhook was answered with ${response.status}`,
    );
}

function codeOf(text: string, status: number): string {
  const word = text.trim();
  return /^[a-z_]{1,60}$/.test(word) ? word : `http_${status}`;
}
