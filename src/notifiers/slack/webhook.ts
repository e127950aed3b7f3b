import { SlackError } from '../../adapters/slack-api.ts';
import { commandsFor } from '../actions.ts';
import type { Message, Surroundings } from '../message.ts';
import type { Notifier } from '../notifier.ts';
import { fields, section, type SlackMessage } from './blocks.ts';
import { code, date, escaped } from './markup.ts';
import { replyOf } from './thread.ts';
import { harmFacts } from '../run-words.ts';

/** Posts to one webhook. */
export type Post = (body: Readonly<Record<string, unknown>>) => Promise<void>;

/**
 * Tells by an incoming webhook, which can neither change a message nor answer in a thread, and whose buttons may lead
 * nowhere: short messages, each complete by itself, with the commands. What the evidence says so far is left out.
 */
export function webhookTeller(post: Post): Notifier['tell'] {
  return async (message, _channel, surroundings) => {
    if (message.of === 'run' && message.change.kind === 'evidence') return;
    const content = webhookMessage(message, surroundings);
    if (content === undefined) return;
    try {
      await post({ text: content.text, blocks: content.blocks });
    } catch (error) {
      if (!(error instanceof SlackError) || !error.code.startsWith('invalid_blocks')) throw error;
      await post({ text: content.text });
    }
  };
}

function webhookMessage(message: Message, surroundings: Surroundings): SlackMessage | undefined {
  const reply = replyOf(message, surroundings);
  if (reply === undefined) return undefined;
  const coming = ['requested', 'awaiting-approval', 'announced', 'planned'].includes(message.change.phase);
  const commands = commandsFor(message, surroundings.stage);
  return {
    text: reply.text,
    blocks: [
      ...reply.blocks.filter(({ type }) => type !== 'actions'),
      ...(coming ? fields(whatIsComing(message, surroundings)) : []),
      ...(commands.length > 0 ? [section(code(commands.join('\n'), 2_500))] : []),
    ],
  };
}

function whatIsComing({ change }: Message, { record }: Surroundings): readonly string[] {
  return [
    `*When*\n${date(change.startAt)}`,
    `*Asked for by*\n${escaped(change.requestedBy, 300)}`,
    ...(record === undefined
      ? []
      : harmFacts(record).map(({ label, text }) => `*${label}*\n${escaped(text, 600)}`)),
  ];
}
