import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Session } from '../../../src/core/gameday/session.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { decodeButton } from '../../../src/notifiers/slack/buttons.ts';
import { reportPrefix, reportsBucket } from '../../../src/report/link.ts';
import { FakeSlack } from '../../support/slack/fake-slack.ts';
import { buttonForm, slackHeaders } from '../../support/slack/signed.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed, experimentFile, traffic } from './support.ts';

const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';
const gameDay = 'autumn-game-day';
const experiments = ['warm-up', 'checkout-slower', 'pricing-slower'] as const;
const timezone = 'Asia/Kolkata';
/** In the group that may stop runs, and not. */
const [ada, mallory] = ['U00000ADA', 'U0MALLORY'];

describeWithEmulator('a game day on the deployed controller', () => {
  let aws: Deployed;
  let slack: FakeSlack;
  let inbox: () => Promise<readonly Told[]>;
  let startAt: number;
  let session: Session;

  beforeAll(async () => {
    slack = await FakeSlack.start();
    slack.workspace.addChannel('chaos');
    slack.workspace.addUserGroup('S0CHAOS', [ada]);
    aws = await deployed({
      args: ['--param', `slackApi=${slack.baseUrl}`],
      guardrails: {
        permissions: { view: 'anyone', start: [], stop: [{ slackGroup: 'S0CHAOS' }], approve: [] },
      },
    });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const { endpoint, region } = aws.emulator;
    const ssm = new SSMClient({ endpoint, region, credentials });
    for (const [name, Value] of [
      ['bot-token', slack.token],
      ['signing-secret', signingSecret],
    ])
      await ssm.send(
        new PutParameterCommand({ Name: `/inoculate/test/slack/${name}`, Value, Type: 'SecureString' }),
      );
    ssm.destroy();
    inbox = await subscribed();
  }, 120_000);

  afterAll(async () => {
    await slack?.close();
    await aws?.emulator.stop();
  });

  it('is registered with its three experiments, and scheduled by EventBridge Scheduler', async () => {
    // Its window has minutes: the next one that leaves time to announce it, and so no later than within its lead.
    startAt = Math.ceil((Date.now() + 30_000) / 60_000) * 60_000;
    const files = experiments.map((name, index) => ({
      file: `${name}.yml`,
      text: '',
      experiment: experimentFile({
        name,
        targets: { it: { lambda: `target-\${stage}-${index === 2 ? 'pricing' : 'checkout'}` } },
        steadyState: [{ name: 'failures', signal: 'failures', target: 'it', atMost: '50%' }],
        faults: [{ kind: 'invocation.latency', target: 'it', delay: '20ms' }],
        duration: index === 1 ? '10m' : '3s',
      }),
    }));
    const authored = {
      inoculate: 'gameday/1',
      name: gameDay,
      purpose: 'See whether checkout and pricing bear slow answers.',
      window: windowFrom(startAt),
      announce: ['2m'],
      steps: [{ run: experiments[0] }, { parallel: experiments.slice(1) }],
      onAbort: 'continue',
      notify: ['slack:chaos', 'sns'],
    };
    const answer = await aws.request({
      inoculate: 'register/1',
      by: 'a test',
      experiments: files,
      gameDays: [{ file: 'gameday.yml', text: '', gameDay: authored }],
    });
    const isNew = { result: 'new', version: 1 };
    expect(answer).toMatchObject({ registrations: [isNew, isNew, isNew], gameDays: [isNew] });
    const { Schedules = [] } = await aws.clients.scheduler.send(
      new ListSchedulesCommand({ GroupName: 'inoculate-test-gamedays' }),
    );
    expect(Schedules).toHaveLength(1);
  }, 30_000);

  it('is announced ahead in Slack and by SNS', async () => {
    await aws.emulator.fireRule('inoculate-test-planner');
    await until(async () => (await inbox()).some(({ session: id }) => id !== undefined), 30_000);
    await until(() => slack.channel('chaos').length > 0, 30_000);
    expect(Date.now()).toBeLessThan(startAt);
    session = await readSession();
    expect(session).toMatchObject({ phase: 'announced', startAt, slot: { kind: 'scheduled' } });
    expect(JSON.stringify(slack.channel('chaos')[0])).toContain(gameDay);
  }, 60_000);

  it('is started by time, and one of its runs is aborted by a button in Slack, by whom the settings allow', async () => {
    const going = ['checkout', 'pricing'].map((name) => traffic(aws.invoke, `target-test-${name}`, 50));
    await until(async () => (await readSession()).phase === 'running', 90_000);
    expect(Date.now()).toBeGreaterThanOrEqual(startAt);
    const run = runOf('checkout-slower');
    await until(async () => (await readSession()).steps[1]?.state === 'running', 90_000);
    await aws.reached(run, 'observing');
    await until(() => abortButton(run) !== undefined, 30_000);
    expect(await press(run, mallory)).toBe(200);
    await until(() => slack.responsesTo(responseUrl).length > 0, 30_000);
    expect((await aws.runOf(run)).abort).toBeNull();
    expect(await press(run, ada)).toBe(200);
    await aws.reached(run, 'ended');
    await until(async () => (await readSession()).phase === 'ended', 90_000);
    await Promise.all(going.map((one) => one.stop()));
    session = await readSession();
    expect(session.stopped).toBeNull();
    expect(session.steps.map(({ state }) => state)).toEqual(['done', 'done']);
    const results = session.steps.flatMap(({ runs }) => runs.map(({ outcome }) => outcome?.result));
    expect(results[1]).toBe('aborted');
    expect(results.filter((result) => result === 'aborted')).toHaveLength(1);
    const aborted = await aws.runOf(run);
    expect(aborted.abort).toMatchObject({ code: 'person' });
    expect(JSON.stringify(aborted.abort)).toContain(ada);
    for (const { units } of await Promise.all(experiments.map((name) => aws.runOf(runOf(name)))))
      expect(units.map(({ state }) => state.at)).toEqual(['reverted']);
  }, 240_000);

  it('has one report over all of its runs in the bucket', async () => {
    const Bucket = reportsBucket('test', aws.emulator.accountId, aws.emulator.region);
    const Prefix = reportPrefix({ session: session.id });
    const list = async (): Promise<readonly string[]> => {
      const { Contents = [] } = await aws.clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = '' }) => Key.slice(Prefix.length)).sort();
    };
    await until(async () => (await list()).length === 3, 60_000);
    expect(await list()).toEqual(['report.html', 'report.md', 'session.json']);
    const { Body } = await aws.clients.s3.send(new GetObjectCommand({ Bucket, Key: `${Prefix}report.html` }));
    const html = (await Body?.transformToString()) ?? '';
    for (const name of experiments) expect(html).toContain(name);
    expect(html).toContain('aborted');
  }, 90_000);

  it('is one thread in Slack, in which everything was told, and Slack refused nothing', async () => {
    const told = (): string => JSON.stringify(slack.channel('chaos'));
    await until(() => told().includes(`gamedays/${session.id}`) || told().includes('has ended'), 60_000);
    expect(slack.channel('chaos')).toHaveLength(1);
    const [card] = slack.channel('chaos');
    expect(card?.edits).toBeGreaterThan(0);
    const replies = (card?.replies ?? []).map(({ text }) => text).join('\n');
    for (const name of experiments) expect(replies).toContain(name);
    expect(slack.refusals()).toEqual([]);
    const subjects = (await inbox()).map(({ session: id }) => id);
    expect(subjects.filter((id) => id === session.id).length).toBeGreaterThan(experiments.length);
  }, 90_000);

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator);
  });

  /** The half hour that begins then, as the file of a game day has it. */
  function windowFrom(at: number): Readonly<Record<string, string>> {
    const parts = (time: number): { date: string; clock: string } => {
      const [date = '', clock = ''] = new Intl.DateTimeFormat('sv-SE', {
        timeZone: timezone,
        dateStyle: 'short',
        timeStyle: 'short',
      })
        .format(time)
        .split(' ');
      return { date, clock };
    };
    const { date, clock } = parts(at);
    return { date, from: clock, to: parts(at + 30 * 60_000).clock, timezone };
  }

  async function readSession(): Promise<Session> {
    const listed = await aws.request({ inoculate: 'sessions/1', gameDay });
    if (listed.result !== 'sessions') throw new Error(JSON.stringify(listed));
    const [line, ...others] = listed.sessions;
    expect(others).toEqual([]);
    const answer = await aws.request({ inoculate: 'session/1', session: line?.id });
    if (answer.result !== 'session') throw new Error(JSON.stringify(answer));
    return answer.session;
  }

  function runOf(experiment: string): RunId {
    const found = session.steps.flatMap(({ runs }) => runs).find((one) => one.experiment === experiment);
    if (found === undefined) throw new Error(`${experiment} is not in ${JSON.stringify(session.steps)}`);
    return found.run;
  }

  /** The button as Slack shows it now, wherever in the thread. */
  function abortButton(run: RunId): { action_id: string; value: string } | undefined {
    const found: { action_id: string; value: string }[] = [];
    const search = (part: unknown): void => {
      if (Array.isArray(part)) part.forEach(search);
      else if (typeof part === 'object' && part !== null) {
        if ('action_id' in part && 'value' in part) {
          const { action_id: action, value } = part;
          const button = decodeButton(action, value);
          if (button?.action === 'abort' && 'run' in button.subject && button.subject.run === run)
            found.push({ action_id: String(action), value: String(value) });
        }
        Object.values(part).forEach(search);
      }
    };
    search(slack.channel('chaos'));
    return found.at(-1);
  }

  let responseUrl = '';

  /** What Slack does when somebody presses the button: a signed request to the public address. */
  async function press(run: RunId, user: string): Promise<number> {
    const button = abortButton(run);
    if (button === undefined) throw new Error(`There is no button to abort ${run}`);
    responseUrl = slack.responseUrl();
    const body = buttonForm({
      user: { id: user, username: user, name: user, team_id: 'T000000001' },
      team: { id: 'T000000001', domain: 'tests' },
      response_url: responseUrl,
      actions: [{ type: 'button', block_id: 'buttons', action_ts: String(Date.now() / 1000), ...button }],
    });
    const url = aws.emulator.reachable(aws.deployment.outputs['SlackUrl'] ?? '');
    const headers = slackHeaders(body, signingSecret, Date.now());
    return (await fetch(url, { method: 'POST', headers, body })).status;
  }

  interface Told {
    readonly subject: string;
    readonly session: string | undefined;
  }

  /** A queue on the topic: what it has got so far. */
  async function subscribed(): Promise<() => Promise<readonly Told[]>> {
    const { sqs, sns } = aws.clients;
    const { accountId, region } = aws.emulator;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: `arn:aws:sns:${region}:${accountId}:inoculate-test`,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:${region}:${accountId}:inbox`,
      }),
    );
    const got: Told[] = [];
    return async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      for (const { Body = '{}' } of Messages) {
        const { Subject = '', MessageAttributes = {} } = JSON.parse(Body) as {
          Subject?: string;
          MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
        };
        const found = Object.values(MessageAttributes)
          .map(({ Value }) => /autumn-game-day\.session\.[A-Za-z0-9:_-]+/.exec(Value)?.[0])
          .find((id) => id !== undefined);
        got.push({ subject: Subject, session: found });
      }
      return got;
    };
  }
});
