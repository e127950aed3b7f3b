import type { Notifier } from './notifier.ts';
import { wordingOf } from './wording.ts';

export interface SlackSettings {
  /** The address of a channel's incoming webhook, which is a secret; undefined where none is stored. */
  readonly webhook: (channel: string) => Promise<string | undefined>;
  readonly timeoutMs: number;
}

/** Slack by incoming webhooks, one for each channel. No error tells the webhook's address. */
export function slackNotifier({ webhook, timeoutMs }: SlackSettings): Notifier {
  return {
    async tell(change, channel) {
      const name = channel.replace(/^#/, '');
      const address = addressOf(await webhook(name), name);
      const { text } = wordingOf(change);
      const response = await post(address, JSON.stringify({ text: escaped(text) }), timeoutMs, name);
      if (!response.ok) throw new Error(`Slack answered ${response.status} for channel ${name}`);
    },
  };
}

function addressOf(text: string | undefined, channel: string): URL {
  if (text === undefined)
    throw new Error(`No webhook is stored for Slack channel ${channel}: docs/AWS.md says where it belongs`);
  const address = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = address?.hostname === '127.0.0.1' || address?.hostname === 'localhost';
  if (address === undefined || (address.protocol !== 'https:' && !loopback))
    throw new Error(`What is stored for Slack channel ${channel} is not the https address of a webhook`);
  return address;
}

async function post(address: URL, body: string, timeoutMs: number, channel: string): Promise<Response> {
  try {
    return await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown error';
    throw new Error(`Slack could not be reached for channel ${channel} (${name})`, { cause: error });
  }
}

/** Slack reads these three as markup: what an experiment is called must not mention everybody. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
