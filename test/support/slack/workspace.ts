import { blockProblems } from './blocks.ts';

/** A message as people see it now. */
export interface Shown {
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  /** How often it was changed since it was posted. */
  readonly edits: number;
  readonly replies: readonly Shown[];
}

interface Message {
  ts: string;
  text: string;
  blocks: readonly unknown[];
  edits: number;
  readonly replies: Message[];
}

interface Channel {
  readonly id: string;
  readonly name: string;
  archived: boolean;
  hasBot: boolean;
  readonly messages: Message[];
}

export type Body = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };

/** https://docs.slack.dev/reference/methods/chat.update: longer texts are refused there. We hold every text to it. */
const maxText = 4_000;

const refused = (error: string, more: Body = {}): Answer => ({ ok: false, error, ...more });

/** Channels, their messages and the user groups of a workspace: what the Web API's methods do to them. */
export class Workspace {
  readonly #channels: Channel[] = [];
  readonly #groups = new Map<string, readonly string[]>();
  #posted = 0;

  addChannel(name: string, { archived = false, hasBot = true } = {}): string {
    const id = `C${String(this.#channels.length + 1).padStart(9, '0')}`;
    this.#channels.push({ id, name, archived, hasBot, messages: [] });
    return id;
  }

  changeChannel(name: string, change: { readonly archived?: boolean; readonly hasBot?: boolean }): void {
    Object.assign(this.#known(name), change);
  }

  addUserGroup(id: string, users: readonly string[]): void {
    this.#groups.set(id, users);
  }

  /** What the channel looks like now. */
  channel(name: string): readonly Shown[] {
    return structuredClone(this.#known(name).messages);
  }

  /** One method of the Web API. */
  call(method: string, body: Body): Answer {
    switch (method) {
      case 'chat.postMessage':
        return this.#post(body);
      case 'chat.update':
        return this.#update(body);
      case 'usergroups.users.list': {
        const users = this.#groups.get(String(body['usergroup']));
        return users === undefined ? refused('no_such_subteam') : { ok: true, users };
      }
      case 'auth.test':
        return {
          ok: true,
          team: 'Tests',
          team_id: 'T000000001',
          user_id: 'U000000BOT',
          bot_id: 'B000000001',
        };
      default:
        return refused('unknown_method', { req_method: method });
    }
  }

  /** An incoming webhook's post: it belongs to one channel. Undefined where it is taken, else status and word. */
  webhook(name: string, body: Body): { readonly status: number; readonly word: string } | undefined {
    const channel = this.#known(name);
    if (channel.archived) return { status: 410, word: 'channel_is_archived' };
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: neither another channel nor a change.
    const wrong = contentProblem(body);
    if (wrong !== undefined)
      return { status: 400, word: wrong['error'] === 'no_text' ? 'no_text' : String(wrong['error']) };
    if (body['thread_ts'] !== undefined && parentOf(channel, body['thread_ts']) === undefined)
      return { status: 400, word: 'invalid_thread_ts' };
    this.#append(channel, body);
    return undefined;
  }

  #post(body: Body): Answer {
    const channel = this.#find(body['channel']);
    if (channel === undefined) return refused('channel_not_found');
    if (channel.archived) return refused('is_archived');
    if (!channel.hasBot) return refused('not_in_channel');
    const wrong = contentProblem(body);
    if (wrong !== undefined) return wrong;
    const thread = body['thread_ts'];
    if (thread !== undefined && parentOf(channel, thread) === undefined) return refused('invalid_thread_ts');
    const { ts, text, blocks } = this.#append(channel, body);
    return { ok: true, channel: channel.id, ts, message: { type: 'message', text, blocks, ts } };
  }

  #append(channel: Channel, body: Body): Message {
    this.#posted += 1;
    const ts = `1700000000.${String(this.#posted).padStart(6, '0')}`;
    const message = { ts, ...contentOf(body), edits: 0, replies: [] };
    const parent = parentOf(channel, body['thread_ts']);
    (parent?.replies ?? channel.messages).push(message);
    return message;
  }

  /** The channel by its id alone: names are for posting. Of a text without blocks, the blocks stay. */
  #update(body: Body): Answer {
    const channel = this.#channels.find(({ id }) => id === body['channel']);
    if (channel === undefined) return refused('channel_not_found');
    if (typeof body['ts'] !== 'string') return refused('invalid_arguments');
    if (channel.archived) return refused('is_archived');
    const all = channel.messages.flatMap((message) => [message, ...message.replies]);
    const message = all.find(({ ts }) => ts === body['ts']);
    if (message === undefined) return refused('message_not_found');
    const wrong = contentProblem(body);
    if (wrong !== undefined) return wrong;
    const { text, blocks } = contentOf(body);
    Object.assign(message, {
      text,
      edits: message.edits + 1,
      ...(body['blocks'] === undefined ? {} : { blocks }),
    });
    return { ok: true, channel: channel.id, ts: message.ts, text };
  }

  #find(idOrName: unknown): Channel | undefined {
    const name = String(idOrName).replace(/^#/, '');
    return this.#channels.find((channel) => channel.id === name || channel.name === name);
  }

  #known(name: string): Channel {
    const channel = this.#find(name);
    if (channel === undefined) throw new Error(`The fake workspace has no channel ${name}: addChannel first`);
    return channel;
  }
}

function parentOf(channel: Channel, ts: unknown): Message | undefined {
  return channel.messages.find((message) => message.ts === ts);
}

function contentOf(body: Body): Pick<Message, 'text' | 'blocks'> {
  const blocks: readonly unknown[] = Array.isArray(body['blocks']) ? body['blocks'] : [];
  return { text: typeof body['text'] === 'string' ? body['text'] : '', blocks };
}

/** Of the text and the blocks. */
export function contentProblem(body: Body): Answer | undefined {
  const { text, blocks } = body;
  const problems = blocks === undefined ? [] : blockProblems(blocks);
  if (problems.length > 0)
    return refused('invalid_blocks', {
      errors: problems,
      response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
    });
  if (text !== undefined && typeof text !== 'string') return refused('invalid_arguments');
  if ((text ?? '') === '' && (!Array.isArray(blocks) || blocks.length === 0)) return refused('no_text');
  return (text ?? '').length > maxText ? refused('msg_too_long') : undefined;
}
