import { SlackError, SlackRateLimited } from '../../../src/adapters/slack-api.ts';
import { failureOf, NoSuchChannelError } from '../../../src/notifiers/notifier.ts';

const named = (name: string): Error => Object.assign(new Error('x'), { name });

describe('what a failure means', () => {
  it.each<[string, unknown, string]>([
    ['Slack is down', new SlackError('ECONNREFUSED', 'x'), 'passing'],
    ['Slack does not answer', new SlackError('timeout', 'x'), 'passing'],
    ['Slack fails', new SlackError('http_503', 'x'), 'passing'],
    ['Slack fails inside', new SlackError('fatal_error', 'x'), 'passing'],
    ['Slack says something new', new SlackError('something_new', 'x'), 'passing'],
    ['the channel is not there', new SlackError('channel_not_found', 'x'), 'channel'],
    ['the bot is not in it', new SlackError('not_in_channel', 'x'), 'channel'],
    ['the token was revoked', new SlackError('token_revoked', 'x'), 'channel'],
    ['the webhook was revoked', new SlackError('no_service', 'x'), 'channel'],
    ['no secret is stored', new NoSuchChannelError('x'), 'channel'],
    ['the blocks are refused', new SlackError('invalid_blocks', 'x'), 'message'],
    ['SNS throttles', named('ThrottledException'), 'passing'],
    ['SNS fails inside', named('InternalErrorException'), 'passing'],
    ['SNS is not reached', named('TimeoutError'), 'passing'],
    ['the topic is gone', named('NotFoundException'), 'channel'],
    ['the role may not publish', named('AuthorizationErrorException'), 'channel'],
    ['SNS refuses the message', named('InvalidParameterException'), 'message'],
    ['we made a mistake', new TypeError('x'), 'message'],
    ['a text was thrown', 'oh', 'passing'],
  ])('%s', (_, error, kind) => {
    expect(failureOf(error)).toMatchObject({ kind, retryAfterMs: null });
  });

  it('Slack wants us to wait', () => {
    expect(failureOf(new SlackRateLimited(7_000))).toMatchObject({ kind: 'passing', retryAfterMs: 7_000 });
  });
});
