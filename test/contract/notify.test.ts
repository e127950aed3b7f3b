import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { DynamoDbMailboxes } from '../../src/adapters/mailbox.ts';
import { slackApi } from '../../src/adapters/slack-api.ts';
import { postToSlack } from '../../src/adapters/slack-webhook.ts';
import type { AwsClients } from '../../src/aws/clients.ts';
import { deliverAll, deliverWaiting, type NotifyPorts, receive } from '../../src/controller/notify.ts';
import type { RunStateChangeMessage } from '../../src/generated/types.ts';
import type { Message } from '../../src/notifiers/message.ts';
import { slackNotifier } from '../../src/notifiers/slack/slack.ts';
import { snsNotifier } from '../../src/notifiers/sns.ts';
import { changesOf, runMessage, sessionChange, sessionMessage } from '../support/mail/changes.ts';
import { FakeSlack } from '../support/slack/fake-slack.ts';
import { plans } from '../unit/report/support/plans.ts';
import { syntheticRun } from '../unit/report/support/synthetic-run.ts';
import { engines, type RunningDatabase } from './engines.ts';

const record = syntheticRun(plans.deviated);
const minuteMs = 60_000;

let database: RunningDatabase;
let slack: FakeSlack;
let tables = 0;

beforeAll(async () => {
  const [dynalite] = engines;
  if (dynalite === undefined) throw new Error('There is no database to test with');
  database = await dynalite.start();
});
afterAll(() => database.stop());
beforeEach(async () => {
  slack = await FakeSlack.start();
  slack.workspace.addChannel('chaos');
});
afterEach(() => slack.close());

/** The function over a real database and a real Slack server, in a time of its own. */
async function notifier({ byWebhook = false } = {}) {
  tables += 1;
  const clock = { now: record.run.requestedAt };
  const published: PublishCommandInput[] = [];
  const pages: string[] = [];
  const logged: string[] = [];
  const topic = { down: false };
  const aws = {
    get: () => ({
      send: async ({ input }: { readonly input: PublishCommandInput }) => {
        if (topic.down) throw Object.assign(new Error('no answer'), { name: 'ServiceUnavailable' });
        published.push(input);
        return {};
      },
    }),
  } as unknown as AwsClients;
  const api = slackApi({ baseUrl: slack.baseUrl, token: slack.token, timeoutMs: 500 });
  let holders = 0;
  const ports: NotifyPorts = {
    stage: 'dev',
    version: '1.0.0',
    log: (...args) => void logged.push(JSON.stringify(args)),
    store: {
      loadRun: async () => ({ run: record.run, version: 1, killSwitch: { on: false, generation: 0 } }),
      readJournal: async () => record.journal,
    },
    holder: () => `h${(holders += 1)}`,
    links: async () => () => 'https://reports.example.com/r',
    mail: {
      mailboxes: new DynamoDbMailboxes(await database.table(`notify-${tables}`), () => clock.now),
      now: () => clock.now,
      wait: async (ms) => {
        clock.now += ms;
      },
      page: async (_address, message) => void pages.push(message),
    },
    notifiers: {
      sns: snsNotifier(aws, 'arn:topic'),
      slack: slackNotifier({
        bot: async () => (byWebhook ? undefined : api),
        webhook: async () => (body) => postToSlack(slack.webhookUrl('chaos'), body, 500),
      }),
    },
  };
  return {
    ports,
    clock,
    published,
    pages,
    logged,
    topic,
    phasesOnTopic: () => published.map(({ MessageAttributes }) => MessageAttributes?.['phase']?.StringValue),
    /** As the queue brings it. */
    arrive: async (message: Message) => deliverAll(ports, await receive(ports, message)),
    minutes: async (count: number) => {
      for (let i = 0; i < count; i += 1) {
        clock.now += minuteMs;
        await deliverWaiting(ports);
      }
    },
  };
}

const titles = (messages: readonly { readonly text: string }[]): readonly string[] =>
  messages.map(({ text }) => text.split('.')[0] ?? '');

describe('a run', () => {
  it('is one card that is changed in place, with what happened in its thread', async () => {
    const { arrive, phasesOnTopic } = await notifier();
    for (const change of changesOf(record)) await arrive(runMessage(change));
    const phases = changesOf(record).map(({ phase }) => phase);
    const [card, ...others] = slack.channel('chaos');
    expect(others).toEqual([]);
    expect(card?.edits).toBe(phases.length - 1);
    expect(card?.text).toMatch(/❌|was aborted|has ended/);
    // The card says the first; the thread has the others.
    expect(card?.replies).toHaveLength(phases.length - 1);
    expect(card?.replies.at(-1)?.text).toContain('Deviated');
    expect(phasesOnTopic()).toEqual(phases);
    expect(slack.refusals()).toEqual([]);
  });

  it('is told in order where Slack and SNS are down from its beginning to its end', async () => {
    const { arrive, minutes, topic, phasesOnTopic, clock, pages } = await notifier();
    await slack.down();
    topic.down = true;
    const changes = changesOf(record);
    for (const change of changes) {
      clock.now = Math.max(clock.now, change.at);
      await arrive(runMessage(change));
    }
    await minutes(90);
    expect(slack.received).toEqual([]);
    expect(pages.map((page) => page.slice(0, 20)).sort()).toEqual([
      'Channel slack:chaos ',
      'Channel sns was not ',
    ]);
    await slack.up();
    topic.down = false;
    await minutes(6);
    const [card] = slack.channel('chaos');
    expect(titles(card?.replies ?? []).map((text) => text.replace(/^\S+ /, ''))).toEqual(
      changes.slice(1).map((change) => expect.stringContaining(change.experiment)),
    );
    expect(card?.replies).toHaveLength(changes.length - 1);
    expect(card?.replies[0]?.text).toContain('announced');
    expect(card?.replies.at(-1)?.text).toContain('Deviated');
    expect(phasesOnTopic()).toEqual(changes.map(({ phase }) => phase));
    expect(slack.refusals()).toEqual([]);
    // The card is changed once, at the end, not once for each.
    expect(card?.edits).toBe(1);
    expect(await deliverWaitingCount()).toBe(0);

    async function deliverWaitingCount(): Promise<number> {
      const before = slack.received.length;
      await minutes(3);
      return slack.received.length - before;
    }
  });

  it('is told in order whatever the order of arrival, and once however often it arrives', async () => {
    const { arrive, phasesOnTopic, minutes } = await notifier();
    const changes = changesOf(record);
    for (const change of [...changes].reverse()) await arrive(runMessage(change));
    await Promise.all(changes.map((change) => arrive(runMessage(change))));
    await minutes(2);
    expect(phasesOnTopic()).toEqual(changes.map(({ phase }) => phase));
    expect(slack.channel('chaos')[0]?.replies).toHaveLength(changes.length - 1);
  });

  it('is told in a channel that is named by its id', async () => {
    const { arrive } = await notifier();
    const id = slack.workspace.addChannel('renamed');
    const [first] = changesOf(record, { channels: [`slack:${id}`] });
    if (first === undefined) throw new Error('a run has a change');
    await arrive(runMessage(first));
    expect(slack.channel('renamed')).toHaveLength(1);
  });

  it('whose card somebody deleted gets a new one', async () => {
    const { arrive } = await notifier();
    const [first, second] = changesOf(record);
    if (first === undefined || second === undefined) throw new Error('a run has two changes');
    await arrive(runMessage(first));
    slack.be({ is: 'refusing', error: 'message_not_found', times: 1 });
    await arrive(runMessage(second));
    expect(slack.channel('chaos')).toHaveLength(2);
  });

  it('is told in plain text where Slack does not take the blocks', async () => {
    const { arrive } = await notifier();
    const [first] = changesOf(record);
    if (first === undefined) throw new Error('a run has a change');
    slack.be({ is: 'refusing', error: 'invalid_blocks', times: 1 });
    await arrive(runMessage(first));
    expect(slack.channel('chaos')).toMatchObject([
      { text: expect.stringContaining('asked for'), blocks: [] },
    ]);
  });

  it('waits for as long as Slack says, and is then told whole', async () => {
    const { arrive, minutes, clock } = await notifier();
    const changes = changesOf(record);
    slack.be({ is: 'throttling', retryAfterS: 120, times: 1 });
    for (const change of changes) await arrive(runMessage(change));
    expect(slack.received).toHaveLength(1);
    clock.now += 60_000;
    await minutes(3);
    expect(slack.channel('chaos')[0]?.replies).toHaveLength(changes.length - 1);
  });

  it('is told once more at most where an answer of Slack is lost', async () => {
    const { arrive, minutes } = await notifier();
    const changes = changesOf(record);
    for (const [index, change] of changes.entries()) {
      if (index === 2) slack.be({ is: 'losing-answers', times: 1 });
      await arrive(runMessage(change));
    }
    await minutes(3);
    // The lost answer was that to a change of the card, which may be made twice without harm.
    expect(slack.channel('chaos')[0]?.replies).toHaveLength(changes.length - 1);
  });

  it('reminds the whole channel, and says nothing in the thread of what the card shows of the evidence', async () => {
    const { arrive } = await notifier();
    const [first] = changesOf(record);
    if (first === undefined) throw new Error('a run has a change');
    await arrive(runMessage(first));
    const next = (change: Partial<RunStateChangeMessage>): Promise<void> =>
      arrive(runMessage({ ...first, ...change }));
    await next({ seq: 2, kind: 'reminder', phase: 'announced', reason: 'It starts in 15 minutes.' });
    await next({ seq: 3, kind: 'evidence', phase: 'observing', reason: '30 s of 60 s.' });
    const [card] = slack.channel('chaos');
    expect(card?.edits).toBe(2);
    expect(card?.replies).toHaveLength(1);
    expect(slack.received.filter(({ body }) => body['reply_broadcast'] === true)).toHaveLength(1);
  });

  it('is told by short messages, each by itself, where there is a webhook and no bot', async () => {
    const { arrive } = await notifier({ byWebhook: true });
    for (const change of changesOf(record)) await arrive(runMessage(change));
    const messages = slack.channel('chaos');
    expect(messages).toHaveLength(changesOf(record).length);
    expect(messages.every(({ edits, replies }) => edits === 0 && replies.length === 0)).toBe(true);
    expect(JSON.stringify(messages)).toContain('inoculate abort');
    expect(JSON.stringify(messages)).not.toContain('action_id');
    expect(slack.refusals()).toEqual([]);
  });
});

it('a game day and all of its runs have one thread, and its card shows how they stand', async () => {
  const { arrive, minutes } = await notifier();
  const session = sessionChange();
  const gameDay = { session: session.session, name: 'december', step: 1 };
  await arrive(sessionMessage(session));
  const run = {
    gameDay,
    thread: session.thread,
    runId: 'checkout-slow.gameday.1',
    experiment: 'checkout-slow',
  };
  for (const change of changesOf(record, run))
    await arrive(runMessage({ ...change, at: session.at + change.seq }));
  await arrive(
    sessionMessage({
      ...session,
      seq: 2,
      at: session.at + 1_000,
      phase: 'paused',
      kind: 'pause',
      reason: 'Read it together.',
    }),
  );
  await minutes(1);
  const [card, ...others] = slack.channel('chaos');
  expect(others).toEqual([]);
  expect(JSON.stringify(card?.blocks)).toContain('1. checkout-slow: ');
  expect(card?.replies).toHaveLength(changesOf(record).length + 1);
  expect(JSON.stringify(card?.replies)).toContain('inoculate:abort');
  expect(slack.refusals()).toEqual([]);
});

it.each([false, true])(
  'no log tells the token or a webhook, whatever fails (by webhook: %s)',
  async (byWebhook) => {
    const { arrive, minutes, logged } = await notifier({ byWebhook });
    const [first] = changesOf(record);
    if (first === undefined) throw new Error('a run has a change');
    const moods = [
      { is: 'failing', status: 500, times: 1 },
      { is: 'refusing', error: 'invalid_auth', times: 1 },
      { is: 'losing-answers', times: 1 },
      { is: 'hanging', times: 1 },
    ] as const;
    await slack.down();
    await arrive(runMessage(first));
    await slack.up();
    for (const mood of moods) {
      slack.be(mood);
      await minutes(6);
    }
    expect(logged.length).toBeGreaterThanOrEqual(4);
    expect(logged.join()).not.toMatch(/NobodyMaySee|services/);
  },
);

describe('on the topic', () => {
  it('there is a short ASCII subject, text with what to do, and the change for programs', async () => {
    const { arrive, published } = await notifier();
    const [first] = changesOf(record);
    if (first === undefined) throw new Error('a run has a change');
    const experiment = 'a-very-long-name-of-an-experiment-that-goes-on-and-on-and-on-abc';
    await arrive(
      runMessage({
        ...first,
        experiment,
        phase: 'awaiting-approval',
        reason: 'Grüße – an approval is needed.',
      }),
    );
    const [{ Subject = '', Message = '', MessageAttributes = {} } = {}] = published;
    expect(Subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(Message).toContain('Hypothesis: ');
    expect(Message).toContain(`inoculate approve ${first.runId} --stage dev`);
    expect(Message).toContain('Grüße – an approval is needed.');
    expect(JSON.parse(MessageAttributes['change']?.StringValue ?? '')).toMatchObject({ runId: first.runId });
    expect(MessageAttributes['experiment']?.StringValue).toBe(experiment);
  });

  it('nothing is larger than SNS takes', async () => {
    const { arrive, published } = await notifier();
    const last = changesOf(record).at(-1);
    if (last?.outcome === null || last === undefined) throw new Error('a run ends');
    await arrive(
      runMessage({
        ...last,
        seq: 1,
        reason: 'x'.repeat(90_000),
        outcome: { ...last.outcome, more: 'ü'.repeat(90_000) },
      }),
    );
    const [{ Message = '', MessageAttributes = {} } = {}] = published;
    const attributes = Object.values(MessageAttributes).map(({ StringValue = '' }) => StringValue);
    expect(Buffer.byteLength(Message + attributes.join(''))).toBeLessThan(256 * 1024);
  });
});
