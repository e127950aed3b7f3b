import { postToSlack } from '../../../src/adapters/slack-webhook.ts';
import { type SlackApi, slackApi } from '../../../src/adapters/slack-api.ts';
import { limits } from '../../support/slack/blocks.ts';
import { FakeSlack } from '../../support/slack/fake-slack.ts';

let slack: FakeSlack;
let api: SlackApi;
let channel: string;

beforeEach(async () => {
  slack = await FakeSlack.start();
  channel = slack.workspace.addChannel('chaos');
  api = slackApi({ baseUrl: slack.baseUrl, token: slack.token, timeoutMs: 500 });
});

afterEach(() => slack.close());

const long = (chars: number): string => 'x'.repeat(chars);
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (more: object = {}) => ({ type: 'section', text: mrkdwn('hello'), ...more });
const button = (more: object = {}) => ({ type: 'button', text: plain('Abort'), action_id: 'a', ...more });
const actions = (...elements: unknown[]) => ({ type: 'actions', elements });

describe('blocks that Slack refuses', () => {
  it.each<[string, unknown, RegExp]>([
    ['51 blocks', Array.from({ length: 51 }, () => section()), /no more than 50 items/],
    ['a block of an unknown type', [{ type: 'card-of-mine' }], /unsupported type/],
    ['a section without text or fields', [{ type: 'section' }], /missing required field: text/],
    ['a section of 3001 characters', [section({ text: mrkdwn(long(3_001)) })], /less than 3001/],
    ['an empty text', [section({ text: mrkdwn('') })], /more than 0/],
    [
      'eleven fields',
      [section({ fields: Array.from({ length: 11 }, () => mrkdwn('x')) })],
      /no more than 10/,
    ],
    ['a field of 2001 characters', [section({ fields: [mrkdwn(long(2_001))] })], /less than 2001/],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], /must be plain_text/],
    ['a header of 151 characters', [{ type: 'header', text: plain(long(151)) }], /less than 151/],
    ['no elements in actions', [actions()], /no less than 1/],
    [
      '26 buttons',
      [actions(...Array.from({ length: 26 }, (_, i) => button({ action_id: `${i}` })))],
      /than 25/,
    ],
    ['the same action_id twice', [actions(button(), button())], /duplicate action_id/],
    ['an action_id of 256 characters', [actions(button({ action_id: long(256) }))], /less than 256/],
    ['a button text of 76 characters', [actions(button({ text: plain(long(76)) }))], /less than 76/],
    ['a button text in mrkdwn', [actions(button({ text: mrkdwn('x') }))], /must be plain_text/],
    ['a button value of 2001 characters', [actions(button({ value: long(2_001) }))], /less than 2001/],
    ['a button of another style', [actions(button({ style: 'warning' }))], /primary, danger/],
    ['a button to no address', [actions(button({ url: 'not an address' }))], /invalid url/],
    ['a confirmation without a title', [actions(button({ confirm: { text: plain('x') } }))], /title/],
    ['an unknown property', [section({ colour: 'red' })], /additional property: colour/],
    ['emoji in mrkdwn', [section({ text: { ...mrkdwn('x'), emoji: true } })], /additional property: emoji/],
    [
      'the same block_id twice',
      [section({ block_id: 'a' }), section({ block_id: 'a' })],
      /duplicate block_id/,
    ],
    ['a block_id of 256 characters', [section({ block_id: long(256) })], /less than 256/],
    ['eleven elements in context', [{ type: 'context', elements: Array(11).fill(mrkdwn('x')) }], /than 10/],
    ['blocks as a text', 'section', /must be an array/],
  ])('%s', async (_, blocks, problem) => {
    await expect(api.call('chat.postMessage', { channel, text: 'x', blocks })).rejects.toMatchObject({
      code: 'invalid_blocks',
    });
    expect(slack.refusals()[0]?.problems.join()).toMatch(problem);
    expect(slack.channel('chaos')).toEqual([]);
  });

  it('takes each of them at its limit', async () => {
    const blocks = [
      { type: 'header', text: plain(long(limits.header)) },
      section({ text: mrkdwn(long(limits.sectionText)), block_id: long(limits.blockId) }),
      section({ fields: Array.from({ length: limits.fields }, () => mrkdwn(long(limits.fieldText))) }),
      actions(
        button({
          text: plain(long(limits.buttonText)),
          action_id: long(limits.actionId),
          value: long(limits.buttonValue),
          style: 'danger',
          confirm: {
            title: plain(long(100)),
            text: mrkdwn(long(300)),
            confirm: plain(long(30)),
            deny: plain(long(30)),
          },
        }),
      ),
      { type: 'context', elements: Array(limits.context).fill(mrkdwn('x')) },
      ...Array.from({ length: limits.blocks - 5 }, () => ({ type: 'divider' })),
    ];
    await api.call('chat.postMessage', { channel, text: 'x', blocks });
    expect(slack.refusals()).toEqual([]);
    expect(slack.channel('chaos')[0]?.blocks).toHaveLength(limits.blocks);
  });
});

describe('messages', () => {
  it('are posted by name or id, answered in threads and changed in place', async () => {
    const posted = await api.call('chat.postMessage', { channel: '#chaos', text: 'first' });
    await api.call('chat.postMessage', { channel, text: 'reply', thread_ts: posted['ts'] });
    await api.call('chat.update', { channel: posted['channel'], ts: posted['ts'], text: 'changed' });
    expect(slack.channel('chaos')).toMatchObject([
      { text: 'changed', edits: 1, replies: [{ text: 'reply', edits: 0 }] },
    ]);
  });

  it.each([
    ['to a channel that is not there', { channel: 'other', text: 'x' }, 'channel_not_found'],
    ['without text or blocks', { channel: 'chaos' }, 'no_text'],
    ['of more than 4000 characters', { channel: 'chaos', text: long(4_001) }, 'msg_too_long'],
    ['in a thread that is not there', { channel: 'chaos', text: 'x', thread_ts: '1.2' }, 'invalid_thread_ts'],
  ])('%s are refused', async (_, body, code) => {
    await expect(api.call('chat.postMessage', body)).rejects.toMatchObject({ code });
  });

  it('are changed by the id of their channel and their own ts alone', async () => {
    const { ts } = await api.call('chat.postMessage', { channel, text: 'x' });
    const change = (body: object) => api.call('chat.update', { text: 'y', ...body });
    await expect(change({ channel: 'chaos', ts })).rejects.toMatchObject({ code: 'channel_not_found' });
    await expect(change({ channel, ts: '1.2' })).rejects.toMatchObject({ code: 'message_not_found' });
    await expect(change({ channel })).rejects.toMatchObject({ code: 'invalid_arguments' });
  });

  it('are refused in channels that are archived, or without the app', async () => {
    slack.workspace.changeChannel('chaos', { hasBot: false });
    const post = () => api.call('chat.postMessage', { channel, text: 'x' });
    await expect(post()).rejects.toMatchObject({ code: 'not_in_channel' });
    slack.workspace.changeChannel('chaos', { hasBot: true, archived: true });
    await expect(post()).rejects.toMatchObject({ code: 'is_archived' });
  });

  it('need the token', async () => {
    const stranger = slackApi({ baseUrl: slack.baseUrl, token: 'xoxb-other', timeoutMs: 500 });
    await expect(stranger.call('auth.test', {})).rejects.toMatchObject({ code: 'invalid_auth' });
  });
});

it('lists the users of a group, asked by a form', async () => {
  slack.workspace.addUserGroup('S1', ['U1', 'U2']);
  expect(await api.call('usergroups.users.list', { usergroup: 'S1' })).toMatchObject({ users: ['U1', 'U2'] });
  await expect(api.call('usergroups.users.list', { usergroup: 'S2' })).rejects.toMatchObject({
    code: 'no_such_subteam',
  });
});

describe('webhooks', () => {
  it('post to their channel, and refuse what Slack refuses', async () => {
    const address = slack.webhookUrl('chaos');
    await postToSlack(address, { text: 'x' }, 500);
    expect(slack.channel('chaos')).toMatchObject([{ text: 'x' }]);
    await expect(postToSlack(address, {}, 500)).rejects.toMatchObject({ code: 'no_text' });
    await expect(postToSlack(address, { blocks: [{}] }, 500)).rejects.toMatchObject({
      code: 'invalid_blocks',
    });
    slack.workspace.changeChannel('chaos', { archived: true });
    await expect(postToSlack(address, { text: 'x' }, 500)).rejects.toMatchObject({
      code: 'channel_is_archived',
    });
    slack.revokeWebhook('chaos');
    await expect(postToSlack(address, { text: 'x' }, 500)).rejects.toMatchObject({ code: 'no_service' });
  });

  it('of commands and buttons answer five times', async () => {
    const address = slack.responseUrl();
    for (let i = 0; i < 5; i += 1) await postToSlack(address, { text: `${i}` }, 500);
    await expect(postToSlack(address, { text: 'x' }, 500)).rejects.toMatchObject({ code: 'used_url' });
    expect(slack.responsesTo(address)).toHaveLength(5);
  });
});

describe('a Slack that is not well', () => {
  const post = () => api.call('chat.postMessage', { channel, text: 'x' });

  it('wants us to wait for as long as it says', async () => {
    slack.be({ is: 'throttling', retryAfterS: 7, times: 1 });
    await expect(post()).rejects.toMatchObject({ name: 'SlackRateLimited', retryAfterMs: 7_000 });
    await post();
  });

  it.each([
    [{ is: 'failing', status: 500, times: 1 } as const, 'http_500', 0],
    [{ is: 'refusing', error: 'fatal_error', times: 1 } as const, 'fatal_error', 0],
    [{ is: 'hanging', times: 1 } as const, 'timeout', 0],
    // The message is there all the same.
    [{ is: 'losing-answers', times: 1 } as const, 'UND_ERR_SOCKET', 1],
  ])('%j is an error with the code %s', async (mood, code, posted) => {
    slack.be(mood);
    await expect(post()).rejects.toMatchObject({ code });
    expect(slack.channel('chaos')).toHaveLength(posted);
    await post();
    expect(slack.channel('chaos')).toHaveLength(posted + 1);
  });

  it('refuses connections until it is up again', async () => {
    await slack.down();
    await expect(post()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await slack.up();
    await post();
  });
});

describe('no error', () => {
  const everything = (error: unknown): string =>
    `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack} ${String((error as Error).cause)}`;

  it.each([
    ['tells the token', { is: 'failing', status: 500 }],
    ['tells the token or address', { is: 'hanging' }],
    ['tells the token of a refusal', { is: 'refusing', error: 'invalid_auth' }],
    ['tells the token where we must wait', { is: 'throttling', retryAfterS: 1 }],
  ] as const)('%s', async (_, mood) => {
    slack.be(mood);
    const failed = async (work: Promise<unknown>): Promise<string> =>
      everything(
        await work.then(
          () => 'nothing was thrown',
          (error: unknown) => error,
        ),
      );
    expect(await failed(api.call('chat.postMessage', { channel, text: 'x' }))).not.toContain('NobodyMaySee');
    const hook = await failed(postToSlack(slack.webhookUrl('chaos'), { text: 'x' }, 300));
    expect(hook).toMatch(/Slack/);
    expect(hook).not.toMatch(/NobodyMaySee|services/);
  });

  it('tells a token that could not be sent', () => {
    const broken = (): unknown => slackApi({ baseUrl: slack.baseUrl, token: 'NobodyMaySee\n', timeoutMs: 1 });
    expect(broken).toThrow(/not a token/);
    expect(broken).not.toThrow(/NobodyMaySee/);
  });

  it.each(['http://hooks.example.com/NobodyMaySee', 'NobodyMaySee', 'https://NobodyMaySee:x@example.com/'])(
    'tells an address that secrets may not be sent to',
    async (address) => {
      const error: unknown = await postToSlack(address, { text: 'x' }, 100).catch(
        (thrown: unknown) => thrown,
      );
      expect(everything(error)).toMatch(/invalid_address/);
      expect(everything(error)).not.toContain('NobodyMaySee');
    },
  );
});
