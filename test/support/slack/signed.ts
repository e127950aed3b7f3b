import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Of the example in Slack's documentation. */
export const documented = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: recorded('command.txt'),
};

/** A body as Slack sends it. */
export function recorded(name: string): string {
  return readFileSync(resolve(import.meta.dirname, '../../events/slack', name), 'utf8');
}

/** The form of a slash command: the documented one with other fields. */
export function commandForm(fields: Readonly<Record<string, string>>): string {
  const form = new URLSearchParams(documented.body);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form.toString();
}

/** The form of a pressed button: the documented one with other parts of its payload. */
export function buttonForm(change: Readonly<Record<string, unknown>> = {}): string {
  const payload = JSON.parse(recorded('block-actions.json')) as Readonly<Record<string, unknown>>;
  return new URLSearchParams({ payload: JSON.stringify({ ...payload, ...change }) }).toString();
}

/** The headers that Slack sends with a body. */
export function slackHeaders(body: string, secret: string, atMs: number): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${digest}`,
  };
}
