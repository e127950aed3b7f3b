import type { SlackAnswer, SlackApi } from '../../adapters/slack-api.ts';
import { SlackError } from '../../adapters/slack-api.ts';
import type { Message } from '../message.ts';
import type { Notifier } from '../notifier.ts';
import type { SlackMessage } from './blocks.ts';
import { cardOf, replyOf, type SlackThread, threadFrom, withMessage } from './thread.ts';

type Card = NonNullable<SlackThread['card']>;

/** The card is there no more, or may not be changed: a new one begins a new thread. */
const cardGone: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
]);
const notUnderstood: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
]);

/** What Slack would make of a text by itself: previews, and links from words with @ and #. */
const asWritten = { parse: 'none', link_names: false } as const;
const withoutPreviews = { unfurl_links: false, unfurl_media: false } as const;

/**
 * Tells by a bot's token. The first message of a thread is its card, which is changed in place; what happens is said in
 * its thread. First the card, which may be changed twice without harm, then the reply: only a crash between the reply
 * and its record says something twice.
 */
export function botTeller(api: SlackApi): Notifier['tell'] {
  return async (message, channel, surroundings, telling) => {
    const before = threadFrom(telling.memory);
    const thread = withMessage(before, message);
    const remember = (card: Card): Promise<void> => telling.remember(JSON.stringify({ ...thread, card }));
    const card = cardOf(thread, message, surroundings);
    const reply = replyOf(message, surroundings);
    const standing = before.card;
    // What follows at once changes it again; what comes late would change it back.
    const changed =
      standing === null
        ? false
        : telling.followed || surroundings.late || (await changeCard(api, standing, card));
    if (standing !== null && changed) {
      if (reply !== undefined) await postReply(api, standing, message, reply);
      await remember(standing);
      return;
    }
    const begun = await postCard(api, channel, card);
    await remember(begun);
    if (reply !== undefined && !saysItAll(message)) await postReply(api, begun, message, reply);
  };
}

/** The card of this thread is about this very run or session. */
function saysItAll(message: Message): boolean {
  return message.of === 'session' || message.change.gameDay === null;
}

async function postCard(api: SlackApi, channel: string, card: SlackMessage): Promise<Card> {
  const answer = await understood(card, (content) =>
    api.call('chat.postMessage', {
      channel: addressOf(channel),
      ...content,
      ...asWritten,
      ...withoutPreviews,
    }),
  );
  const { channel: id, ts } = answer;
  if (typeof id !== 'string' || typeof ts !== 'string')
    throw new SlackError('not_understood', 'chat.postMessage was answered without channel or ts');
  return { channel: id, ts };
}

/** False where there is no card any more. */
async function changeCard(api: SlackApi, { channel, ts }: Card, card: SlackMessage): Promise<boolean> {
  try {
    await understood(card, (content) => api.call('chat.update', { channel, ts, ...content, ...asWritten }));
    return true;
  } catch (error) {
    if (error instanceof SlackError && cardGone.has(error.code)) return false;
    throw error;
  }
}

async function postReply(
  api: SlackApi,
  { channel, ts }: Card,
  message: Message,
  reply: SlackMessage,
): Promise<void> {
  await understood(reply, (content) =>
    api.call('chat.postMessage', {
      channel,
      thread_ts: ts,
      // Who follows the channel and not the thread has to see it as well.
      ...(wantsEverybody(message) ? { reply_broadcast: true } : {}),
      ...content,
      ...asWritten,
      ...withoutPreviews,
    }),
  );
}

function wantsEverybody({ of, change }: Message): boolean {
  return change.kind === 'reminder' || (of === 'session' && change.phase === 'paused');
}

/** Where Slack does not take the blocks, the text says it too: better plain than not at all. */
async function understood(
  { text, blocks }: SlackMessage,
  send: (content: Readonly<Record<string, unknown>>) => Promise<SlackAnswer>,
): Promise<SlackAnswer> {
  try {
    return await send({ text, blocks });
  } catch (error) {
    if (!(error instanceof SlackError) || !notUnderstood.has(error.code)) throw error;
    return send({ text, blocks: [] });
  }
}

/** A channel's id, or its name. */
function addressOf(channel: string): string {
  return /^[CG][A-Z0-9]{8,}$/.test(channel) ? channel : `#${channel}`;
}
