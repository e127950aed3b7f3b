import type { TellingFailed } from '../core/mailbox.ts';
import type { Telling } from '../engine/deliver-mail.ts';
import type { Message, Surroundings } from './message.ts';

/** Tells one sort of channel. Throws where the channel did not take it: `failureOf` says what that means. */
export interface Notifier {
  /** `channel` is what follows the colon in the experiment's `notify`; empty where nothing does. */
  tell(
    message: Message,
    channel: string,
    surroundings: Surroundings,
    thread: Pick<Telling, 'memory' | 'remember' | 'followed'>,
  ): Promise<void>;
}

/** Nothing is stored that would let us speak to this channel. */
export class NoSuchChannelError extends Error {
  override readonly name = 'NoSuchChannelError';
}

/** Only people can mend these: https://docs.slack.dev/reference/methods/chat.postMessage and, for webhooks, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const closedChannels: ReadonlySet<string> = new Set([
  'channel_not_found',
  'is_archived',
  'channel_is_archived',
  'not_in_channel',
  'no_service',
  'no_service_id',
  'no_team',
  'team_disabled',
  'invalid_token',
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'action_prohibited',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'posting_to_general_channel_denied',
  'ekm_access_denied',
  'user_not_found',
  'invalid_address',
  'http_401',
  'http_403',
  'http_404',
  'http_410',
  // Of SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
  'AuthorizationErrorException',
  'AccessDeniedException',
  'NotFoundException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'KMSOptInRequired',
  // Ours.
  'NoSuchChannelError',
]);

const refusedMessages: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'too_many_attachments',
  'invalid_arguments',
  'invalid_payload',
  'http_400',
  'http_413',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'ValidationException',
  // A mistake of ours in making it.
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
]);

/** What a failure means for what comes next. */
export function failureOf(error: unknown): TellingFailed {
  const { name, code, message, retryAfterMs } = partsOf(error);
  const words = [code, name].filter((word) => word !== undefined);
  const kind = words.some((word) => closedChannels.has(word))
    ? 'channel'
    : words.some((word) => refusedMessages.has(word))
      ? 'message'
      : 'passing';
  return { kind, reason: message ?? 'an unknown error', retryAfterMs: retryAfterMs ?? null };
}

function partsOf(error: unknown): {
  readonly name?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterMs?: number | undefined;
} {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const text = (name: string): string | undefined => {
    const value = (error as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  const wait = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return {
    name: text('name'),
    code: text('code'),
    message: text('message'),
    retryAfterMs: typeof wait === 'number' ? wait : undefined,
  };
}
