import { SlackError, SlackRateLimited, send } from '../adapters/slack-http.ts';

/** A message of Block Kit that answers somebody. */
export interface Reply {
  /** For notifications and screen readers; the blocks say the same. */
  readonly text: string;
  readonly blocks: readonly object[];
  /** Whether the whole channel sees it: only what changed something. */
  readonly forAll: boolean;
}

const maxSectionChars = 3_000;
const maxTextChars = 3_900;
/** Slack takes 50 blocks; more than this nobody reads. */
const maxSections = 20;

/** Paragraphs of Slack's markup, each escaped already; buttons, where there are any, below them. */
export function replyOf(
  paragraphs: readonly string[],
  { forAll = false, buttons = [] }: { readonly forAll?: boolean; readonly buttons?: readonly object[] } = {},
): Reply {
  const shown = paragraphs.slice(0, maxSections);
  const left = paragraphs.length - shown.length;
  const texts = [...shown, ...(left === 0 ? [] : [`… and ${left} more.`])];
  return {
    text: cut(texts.join('\n'), maxTextChars),
    blocks: [
      ...texts.map((text) => ({
        type: 'section',
        text: { type: 'mrkdwn', text: cut(text, maxSectionChars) },
      })),
      ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons }]),
    ],
    forAll,
  };
}

/** Slack reads these three as markup: no name of an experiment mentions anybody. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Names, ids and commands stand out; a backtick would end that. */
export function code(text: string): string {
  return `\`${escaped(text.replaceAll('`', "'"))}\``;
}

/** In the time zone of whoever reads it. */
export function date(at: number): string {
  const iso = new Date(at).toISOString();
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${iso.slice(0, 16).replace('T', ' ')} UTC>`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

export interface ReplySettings {
  /** Slack's API: answers go to it or to the host of its webhooks, and nowhere else. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly wait: (ms: number) => Promise<void>;
}

const attempts = 3;
const longestWaitMs = 5_000;

/** Sends an answer to the address that came with the request. No error tells that address. */
export function replier({
  baseUrl,
  timeoutMs,
  wait,
}: ReplySettings): (url: string, reply: Reply) => Promise<void> {
  return async (url, { text, blocks, forAll }) => {
    const address = answerAddress(url, baseUrl);
    const body = JSON.stringify({
      response_type: forAll ? 'in_channel' : 'ephemeral',
      replace_original: false,
      text,
      blocks,
    });
    for (let attempt = 1; ; attempt += 1) {
      const failure = await sendOnce(address, body, timeoutMs);
      if (failure === null) return;
      if (attempt === attempts || !failure.again) throw failure.error;
      await wait(Math.min(failure.waitMs ?? 250 * 2 ** attempt, longestWaitMs));
    }
  };
}

interface Failure {
  readonly error: Error;
  readonly again: boolean;
  readonly waitMs?: number;
}

async function sendOnce(address: URL, body: string, timeoutMs: number): Promise<Failure | null> {
  try {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const { status, retryAfter } = await send(address, 'an answer', { timeoutMs, headers, body });
    if (status < 300) return null;
    const error = new SlackError(`http_${status}`, `an answer was refused with ${status}`);
    if (status !== 429) return { error, again: status >= 500 };
    const waitMs = new SlackRateLimited(Number(retryAfter ?? 1) * 1_000).retryAfterMs;
    return { error, again: true, ...(Number.isFinite(waitMs) ? { waitMs } : {}) };
  } catch (error) {
    // Not answered in time, or not reached at all.
    return { error: error instanceof Error ? error : new Error(String(error)), again: true };
  }
}

/** https to the host of Slack's webhooks, or the very origin of the configured API. */
function answerAddress(text: string, baseUrl: string): URL {
  const base = new URL(baseUrl);
  const address = URL.canParse(text) ? new URL(text) : undefined;
  const webhooks =
    address?.protocol === 'https:' && address.port === '' && address.hostname === `hooks.${base.hostname}`;
  if (address === undefined || (!webhooks && address.origin !== base.origin))
    throw new SlackError('invalid_address', 'an answer would have gone to an address that is not of Slack');
  return address;
}
