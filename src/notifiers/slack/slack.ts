import type { SlackApi } from '../../adapters/slack-api.ts';
import { NoSuchChannelError, type Notifier } from '../notifier.ts';
import { botTeller } from './bot.ts';
import { type Post, webhookTeller } from './webhook.ts';

export interface SlackWays {
  /** By the bot's token, which serves every channel that the bot is in; undefined where none is stored. */
  readonly bot: () => Promise<SlackApi | undefined>;
  /** By the webhook of this channel; undefined where none is stored. */
  readonly webhook: (channel: string) => Promise<Post | undefined>;
}

/** Slack by the bot where there is one, since only that can change its messages; else by the channel's webhook. */
export function slackNotifier({ bot, webhook }: SlackWays): Notifier {
  return {
    async tell(message, channel, surroundings, telling) {
      const name = channel.replace(/^#/, '');
      const api = await bot();
      if (api !== undefined) return botTeller(api)(message, name, surroundings, telling);
      const post = await webhook(name);
      if (post !== undefined) return webhookTeller(post)(message, name, surroundings, telling);
      throw new NoSuchChannelError(
        `Neither a bot token nor a webhook is stored for Slack channel ${name}: docs/NOTIFICATIONS.md says where they belong`,
      );
    },
  };
}
