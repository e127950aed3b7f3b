import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { slackGroups } from '../../../src/adapters/slack-groups.ts';
import type { Decided, DecisionRequest } from '../../../src/controller/approve.ts';
import { defaultGuardrails, type Guardrails } from '../../../src/core/guardrails.ts';
import type { Run } from '../../../src/core/run.ts';
import type { SlackWorkMessage } from '../../../src/generated/types.ts';
import { type ButtonAction, encodeButton } from '../../../src/notifiers/slack/buttons.ts';
import type { WorkPorts } from '../../../src/slack/ports.ts';
import { workOn } from '../../../src/slack/queue-work.ts';
import { replier } from '../../../src/slack/reply.ts';
import { FakeSlack } from '../../support/slack/fake-slack.ts';
import { drivenTo, factsOf } from '../core/decide-support.ts';

const id = 'checkout-slow.manual.request-1';
const now = Date.parse('2026-12-02T10:00:00Z');
const minuteMs = 60_000;

const waiting = (): Run =>
  drivenTo('awaiting-approval', {}, factsOf({ limits: { ...factsOf().limits, approvalRequired: true } })).run;

/** The worker over a Slack that refuses what Slack refuses; the other functions are played by the test. */
describe('what is asked in Slack', () => {
  let slack: FakeSlack;
  let guardrails: Guardrails;
  let answers: Record<string, unknown>;
  let sent: { readonly to: string; readonly message: Readonly<Record<string, unknown>> }[];
  let decisions: DecisionRequest[];
  let decided: Decided;
  let time: number;
  let ports: WorkPorts;

  beforeAll(async () => {
    slack = await FakeSlack.start();
    slack.workspace.addUserGroup('S0OPS', ['U0ADA']);
  });
  afterAll(() => slack.close());
  beforeEach(() => {
    slack.be({ is: 'well' });
    slack.received.splice(0);
    guardrails = defaultGuardrails('dev');
    answers = {
      'list/1': { result: 'list', experiments: [] },
      'status/1': { result: 'status', killSwitch: false, runs: [] },
      'show/1': { result: 'run', run: { ...waiting(), id }, journal: [] },
      'start/1': { result: 'started', run: id },
      'abort/1': { result: 'stopped', run: id, phase: 'reverting' },
      'kill-switch/1': { result: 'kill-switch', on: true },
      'next/1': { result: 'next', slots: [], notes: [] },
      'gameday-continue/1': { result: 'continued', session: 'day.session.x', phase: 'running' },
      'abort-session/1': { result: 'session-stopped', session: 'day.session.x', phase: 'running' },
    };
    sent = [];
    decisions = [];
    decided = { result: 'approved', run: id, phase: 'announced', startAt: now };
    time = now;
    ports = {
      stage: 'dev',
      account: '123456789012',
      now: () => time,
      guardrails: () => Promise.resolve(guardrails),
      readGroups: slackGroups({
        baseUrl: slack.baseUrl,
        token: () => Promise.resolve(slack.token),
        timeoutMs: 1_000,
        now: () => time,
      }),
      invoke: (to, message) => {
        sent.push({ to, message: { ...message } });
        const answer = answers[String('inoculate' in message ? message.inoculate : '')];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      decide: (request) => {
        decisions.push(request);
        return Promise.resolve(decided);
      },
      reply: replier({ baseUrl: slack.baseUrl, timeoutMs: 1_000, wait: () => Promise.resolve() }),
    };
  });

  const may = (permission: 'start' | 'approve' | 'stop' | 'view', ...who: object[]): void => {
    const permissions = { ...guardrails.permissions, [permission]: who } as Guardrails['permissions'];
    guardrails = { ...guardrails, permissions };
  };

  interface Asked {
    readonly failed: number;
    readonly text: string;
    readonly type: unknown;
  }

  async function asked(
    ask: SlackWorkMessage['ask'],
    { user = 'U0ADA', at = now, attempt = 1, url = slack.responseUrl() } = {},
  ): Promise<Asked> {
    const message: SlackWorkMessage = {
      inoculate: 'slack-work/1',
      id: 'a'.repeat(64),
      at,
      user,
      name: user,
      team: 'T1',
      responseUrl: url,
      ask,
    };
    const attributes = { ApproximateReceiveCount: String(attempt) };
    const records = { Records: [{ messageId: 'm1', body: JSON.stringify(message), attributes }] };
    const { batchItemFailures } = await workOn(ports, records);
    const [body] = url.startsWith(slack.baseUrl.slice(0, -4)) ? slack.responsesTo(url) : [];
    return { failed: batchItemFailures.length, text: String(body?.['text']), type: body?.['response_type'] };
  }
  const command = (text: string, more: Parameters<typeof asked>[1] = {}): Promise<Asked> =>
    asked({ kind: 'command', command: '/inoculate', text }, more);
  const press = (
    action: ButtonAction,
    subject: { readonly run: string } | { readonly session: string } = { run: id },
    more: Parameters<typeof asked>[1] = {},
  ): Promise<Asked> => {
    const { action_id, value } = encodeButton({ action, subject, seq: 2, generation: 1 });
    return asked({ kind: 'button', action: action_id, value }, more);
  };

  it.each<[string, 'view' | 'start' | 'stop' | 'approve']>([
    ['list', 'view'],
    ['status', 'view'],
    [`status ${id}`, 'view'],
    ['next', 'view'],
    ['kill-switch', 'view'],
    ['start checkout-slow', 'start'],
    [`abort ${id}`, 'stop'],
    ['kill-switch on', 'stop'],
    ['kill-switch off', 'approve'],
  ])('%j needs the permission to %s', async (text, permission) => {
    may(permission, { slackUser: 'U0BOB' });
    expect(await command(text)).toMatchObject({
      type: 'ephemeral',
      text: expect.stringContaining('may not'),
    });
    expect(sent).toEqual([]);
    may(permission, { slackGroup: 'S0OPS' });
    expect((await command(text)).text).not.toContain('may not');
    expect(sent).not.toEqual([]);
  });

  it('is refused with the reason where Slack does not tell who is in a group', async () => {
    may('start', { slackGroup: 'S0OPS' });
    slack.be({ is: 'refusing', error: 'missing_scope', times: 1 });
    const answer = await command('start checkout-slow');
    expect(answer.text).toContain('missing_scope');
    expect(sent).toEqual([]);
  });

  it('asks for a group once a minute', async () => {
    may('start', { slackGroup: 'S0OPS' });
    const asks = (): number => slack.received.filter(({ what }) => what === 'usergroups.users.list').length;
    await command('start checkout-slow');
    await command('start checkout-slow');
    expect(asks()).toBe(1);
    slack.workspace.addUserGroup('S0OPS', []);
    time += minuteMs + 1;
    expect((await command('start checkout-slow', { at: time })).text).toContain('may not');
    expect(asks()).toBe(2);
    slack.workspace.addUserGroup('S0OPS', ['U0ADA']);
  });

  it('starts a run once, however often the queue hands it over, and says so to all', async () => {
    may('start', { slackUser: 'U0ADA' });
    expect(await command('start checkout-slow')).toMatchObject({ failed: 0, type: 'in_channel' });
    await command('start checkout-slow', { attempt: 2 });
    const starts = sent.filter(({ to }) => to === 'start').map(({ message }) => message);
    expect(starts).toEqual([
      {
        inoculate: 'start/1',
        experiment: 'checkout-slow',
        id: 'a'.repeat(24),
        by: 'U0ADA (slack T1/U0ADA)',
        at: '2026-12-02T10:00:00.000Z',
      },
      starts[0],
    ]);
  });

  it('decides on what the button was shown with, and answers only whoever pressed it', async () => {
    expect(await press('approve')).toMatchObject({
      type: 'ephemeral',
      text: expect.stringContaining('approved'),
    });
    await press('decline');
    await press('postpone');
    expect(decisions).toMatchObject([
      {
        run: id,
        decision: 'approve',
        seq: 2,
        generation: 1,
        by: { via: 'slack', user: 'U0ADA', team: 'T1' },
      },
      { run: id, decision: 'decline', seq: 2, generation: 1 },
      { run: id, decision: 'postpone', seq: 2, generation: 1, startAt: expect.any(Number) },
    ]);
    expect(decisions[2]?.startAt).toBeGreaterThanOrEqual(now + 60 * minuteMs);
  });

  it('tells why a decision is refused', async () => {
    decided = { result: 'refused', run: id, code: 'four-eyes', reason: 'U0ADA asked for <it>.' };
    expect((await press('approve')).text).toBe('Refused: U0ADA asked for &lt;it&gt;.');
  });

  it('stops by a button, for anyone', async () => {
    await press('abort', { run: id }, { user: 'U0EVE' });
    await press('kill-switch', { run: id }, { user: 'U0EVE' });
    await press('abort-session', { session: 'day.session.x' }, { user: 'U0EVE' });
    const by = 'U0EVE (slack T1/U0EVE)';
    expect(sent).toEqual([
      { to: 'stop', message: { inoculate: 'abort/1', run: id, by } },
      { to: 'stop', message: { inoculate: 'kill-switch/1', on: true, by, askedAt: now + 999 } },
      { to: 'stop', message: { inoculate: 'abort-session/1', session: 'day.session.x', by } },
    ]);
  });

  it('says that the kill switch stays on where it was thrown after somebody had asked to release it', async () => {
    may('approve', { slackUser: 'U0ADA' });
    expect((await command('kill-switch off')).text).toContain('was thrown after you asked, and stays on');
    answers['kill-switch/1'] = { result: 'kill-switch', on: false };
    expect((await command('kill-switch off')).text).toContain('released the kill switch');
  });

  it('lets a game day go on for whoever may approve', async () => {
    expect((await press('continue', { session: 'day.session.x' })).text).toContain('approve runs');
    may('approve', { slackUser: 'U0ADA' });
    expect((await press('continue', { session: 'day.session.x' })).text).toContain(
      'lets `day.session.x` go on',
    );
    expect(sent).toMatchObject([{ to: 'planner', message: { inoculate: 'gameday-continue/1', seq: 2 } }]);
  });

  it('that was asked long ago is not done any more, unless it stops something', async () => {
    may('start', { slackUser: 'U0ADA' });
    may('approve', { slackUser: 'U0ADA' });
    time = now + 6 * minuteMs;
    expect((await command('start checkout-slow')).text).toContain('ask again');
    expect((await command('kill-switch off')).text).toContain('ask again');
    expect((await press('approve')).text).toContain('ask again');
    expect(sent).toEqual([]);
    await command(`abort ${id}`);
    await command('kill-switch on');
    expect(sent.map(({ to }) => to)).toEqual(['stop', 'stop']);
  });

  it('that fails comes again, and is told to whoever asked at the last attempt', async () => {
    answers['abort/1'] = new Error('Lambda is down');
    expect(await command(`abort ${id}`)).toMatchObject({ failed: 1, text: 'undefined' });
    expect(await command(`abort ${id}`, { attempt: 3 })).toMatchObject({
      failed: 1,
      text: expect.stringContaining('That could not be done'),
    });
  });

  it('is not done again for an answer that Slack does not take', async () => {
    slack.be({ is: 'failing', status: 500 });
    expect((await command(`abort ${id}`)).failed).toBe(0);
    expect(sent).toHaveLength(1);
    slack.be({ is: 'throttling', retryAfterS: 1, times: 2 });
    expect((await command(`abort ${id}`)).text).toContain('aborted');
  });

  it.each([
    'https://example.com/commands/T1/1/x',
    'https://hooks.slack.com.example.com/x',
    'http://hooks.slack.com/x',
    'https://user@example.com/',
  ])('is never answered at %s', async (url) => {
    expect((await command('help', { url })).failed).toBe(0);
    expect(slack.received).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['inoculate:approve', '{}'],
    ['inoculate:approve', 'no JSON'],
    ['inoculate:dance', '{"inoculate":"button/1","run":"a.manual.x","seq":1,"generation":0}'],
    ['inoculate:approve', '{"inoculate":"button/2","run":"a.manual.x","seq":1,"generation":0}'],
  ])('by a button %s of %j does nothing', async (action, value) => {
    expect((await asked({ kind: 'button', action, value: String(value) })).text).toContain('another version');
    expect([...sent, ...decisions]).toEqual([]);
  });

  it('names nobody by the name of an experiment, and stays within what Slack takes', async () => {
    const experiment = {
      ...waiting().experiment,
      hypothesis: '<!channel> & '.repeat(400),
    };
    const listed = Array.from({ length: 60 }, (_, at) => ({
      name: `experiment-${at}`,
      version: 1,
      experiment,
      lastRun: null,
    }));
    answers['list/1'] = { result: 'list', experiments: listed };
    const { text } = await command('list');
    expect(text).not.toContain('<!channel>');
    expect(slack.refusals()).toEqual([]);
    expect(slack.received.at(-1)).toMatchObject({ outcome: 'ok', problems: [] });
  });

  it('shows a run with the buttons that fit', async () => {
    await command(`status ${id}`);
    const shown = JSON.stringify(slack.received.at(-1)?.body);
    for (const action of ['approve', 'decline', 'postpone']) expect(shown).toContain(`inoculate:${action}`);
    expect(slack.refusals()).toEqual([]);
  });
});
