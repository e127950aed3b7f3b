import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import type { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import type { CallerProof, ProvedDecision } from '../../src/aws/caller-proof.ts';
import { AwsClients } from '../../src/aws/clients.ts';
import { prove } from '../../src/cli/aws/prove.ts';
import { type Decided, decideOnRun, type DecisionRequest } from '../../src/controller/approve.ts';
import { type ApproveAnswer, approveWithProof } from '../../src/controller/approve-with-proof.ts';
import { type Controller, openController } from '../../src/controller/controller.ts';
import type { GroupMembers, Identity } from '../../src/core/identity.ts';
import type { Run } from '../../src/core/run.ts';
import type { StoredGuardrails } from '../../src/generated/types.ts';
import { drivenTo, factsOf } from '../unit/core/decide-support.ts';
import { CallCount } from '../support/call-count.ts';
import { FakeSts, type FakeKeys } from '../support/aws/fake-sts.ts';
import { storedGuardrails } from '../support/guardrails.ts';
import { engines, type RunningDatabase } from './engines.ts';

const account = '123456789012';
const place = { stage: 'dev', account, region: 'eu-central-1' };
const hourMs = 3_600_000;
const ada: FakeKeys = {
  accessKeyId: 'AKIAADA',
  secretAccessKey: 'the secret of ada',
  arn: `arn:aws:iam::${account}:user/ada`,
};
const bob: FakeKeys = {
  accessKeyId: 'ASIABOB',
  secretAccessKey: 'the secret of bob',
  sessionToken: 'a token of bob',
  arn: `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/bob@example.com`,
};
const stranger: FakeKeys = {
  accessKeyId: 'AKIASTRANGER',
  secretAccessKey: 'another secret',
  arn: 'arn:aws:iam::999999999999:user/ada',
};

/** Over the real engine and a database; time is simulated. */
describe('a decision on a run', () => {
  let database: RunningDatabase;
  let control: DynamoDbTable;
  let sts: FakeSts;
  let variables: Readonly<Record<string, string>>;
  let controller: Controller;
  let now = 0;
  const ids = { next: 0 };

  beforeAll(async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error('There is no database to test with');
    database = await engine.start();
    control = await database.table('inoculate-dev-control');
    await database.table('inoculate-dev-functions');
    sts = await FakeSts.start([ada, bob, stranger]);
    const endpoint = await database.client.config.endpoint?.();
    if (endpoint === undefined) throw new Error('The database has no address');
    variables = {
      INOCULATE_STAGE: 'dev',
      INOCULATE_ACCOUNT: account,
      INOCULATE_PARTITION: 'aws',
      AWS_REGION: place.region,
      INOCULATE_CONTROL_TABLE: 'inoculate-dev-control',
      INOCULATE_FUNCTION_TABLE: 'inoculate-dev-functions',
      INOCULATE_BUS: 'inoculate-dev',
      INOCULATE_TICK_QUEUE_URL: 'https://sqs/ticks',
      INOCULATE_TICK_SECONDS: '5',
      AWS_ENDPOINT_URL: sts.url,
    };
    const aws = new AwsClients({
      region: 'us-east-1',
      endpoint: `http://${endpoint.hostname}:${endpoint.port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const count = new CallCount();
    count.answer(aws.get(SQSClient), () => ({}));
    count.answer(aws.get(EventBridgeClient), () => ({ FailedEntryCount: 0, Entries: [] }));
    const opened = openController(variables, aws);
    controller = { ...opened, ports: { ...opened.ports, clock: { ...opened.ports.clock, now: () => now } } };
  });
  afterAll(async () => {
    await sts.stop();
    await database.stop();
  });
  beforeEach(async () => {
    now = Date.parse('2026-12-02T10:00:00Z');
    sts.break(undefined);
    await settle({});
  });

  /** Stores guardrails; nobody is named, but whoever a test names. */
  async function settle(change: Partial<StoredGuardrails>): Promise<void> {
    const body = JSON.stringify(storedGuardrails({ windows: 'always', ...change }, 'dev'));
    await control.put({ pk: 'guardrails', sk: 'current' }, { version: { N: '1' }, body: { S: body } });
  }

  /** A run that waits for an approval, until in ten minutes. */
  async function waiting(change: Partial<Run> = {}): Promise<Run> {
    const { run: waits } = drivenTo(
      'awaiting-approval',
      {},
      factsOf({ limits: { ...factsOf().limits, approvalRequired: true } }),
    );
    const run: Run = {
      ...waits,
      id: `checkout-slow.manual.request-${(ids.next += 1)}`,
      outbox: [],
      phaseSince: now,
      startAt: now,
      slot: { ...waits.slot, at: now },
      settings: { ...waits.settings, approvalMs: 10 * 60_000 },
      ...change,
    };
    await new DynamoDbStore(control).createRun(run);
    return run;
  }

  const noGroups = (): Promise<GroupMembers> => Promise.resolve({ read: true, members: {} });
  const request = (run: Run, by: Identity, change: Partial<DecisionRequest> = {}): Promise<Decided> =>
    decideOnRun(controller, {
      run: run.id,
      decision: 'approve',
      seq: run.seq,
      generation: run.killSwitchGeneration,
      by,
      readGroups: noGroups,
      ...change,
    });
  const inSlack = (user: string): Identity => ({ via: 'slack', user, name: user.toLowerCase(), team: 'T1' });
  const stored = async (run: Run): Promise<Run> => {
    const found = await new DynamoDbStore(control).loadRun(run.id);
    if (found === undefined) throw new Error(`No run ${run.id}`);
    return found.run;
  };

  describe('by somebody who may', () => {
    beforeEach(() => settle({ permissions: named({ slackUser: 'U001' }, { aws: ada.arn }) }));

    it('approves it, and its journal says by whom and from where', async () => {
      const run = await waiting();
      expect(await request(run, inSlack('U001'))).toMatchObject({ result: 'approved', phase: 'announced' });
      const after = await stored(run);
      expect(after.approval).toEqual({ by: 'u001 (slack T1/U001)', at: now });
      const journal = await new DynamoDbStore(control).readJournal(run.id);
      expect(journal.at(-1)?.what).toMatchObject({
        to: 'announced',
        reason: 'Approved by u001 (slack T1/U001).',
      });
    });

    it('declines it', async () => {
      const run = await waiting();
      expect(await request(run, inSlack('U001'), { decision: 'decline' })).toMatchObject({
        result: 'declined',
      });
      expect(await stored(run)).toMatchObject({ phase: 'ended', outcome: { code: 'not-approved' } });
    });

    it('puts it off, and what was approved before that is outdated', async () => {
      const run = await waiting();
      const startAt = now + hourMs;
      expect(await request(run, inSlack('U001'), { decision: 'postpone', startAt })).toMatchObject({
        result: 'postponed',
        startAt,
      });
      expect(await request(run, inSlack('U001'))).toMatchObject({ code: 'outdated' });
      expect(await request(await stored(run), inSlack('U001'))).toMatchObject({ result: 'approved' });
    });

    it('approves it once: a button that is pressed again is told so', async () => {
      const run = await waiting();
      await request(run, inSlack('U001'));
      expect(await request(run, inSlack('U001'))).toMatchObject({
        result: 'refused',
        code: 'not-waiting',
        reason: 'It is announced: u001 (slack T1/U001) approved it.',
      });
    });

    it('leaves its beginning to its tick', async () => {
      const run = await waiting();
      await request(run, inSlack('U001'));
      expect(await stored(run)).toMatchObject({ phase: 'announced', targets: run.targets, locks: {} });
    });
  });

  it.each<[string, Partial<Run>, Partial<DecisionRequest>, string]>([
    ['of an earlier state', { seq: 5, askedSeq: 4 }, { seq: 3 }, 'outdated'],
    ['of a state that never was', {}, { seq: 99 }, 'outdated'],
    ['from before the kill switch was thrown', { killSwitchGeneration: 2 }, { generation: 1 }, 'outdated'],
    ['too late', { phaseSince: 0, startAt: 0 }, {}, 'expired'],
    ['on a run that has begun', { phase: 'observing' }, {}, 'not-waiting'],
    ['on a run that is announced', { phase: 'announced' }, {}, 'not-waiting'],
    ['on a run that is not there', {}, { run: 'checkout-slow.manual.nobody' }, 'unknown-run'],
    [
      'on a start before the one that is announced',
      {},
      { decision: 'postpone', startAt: 1 },
      'impossible-time',
    ],
    ['on no start at all', {}, { decision: 'postpone' }, 'impossible-time'],
  ])('%s is refused', async (_, change, decision, code) => {
    await settle({ permissions: named({ slackUser: 'U001' }) });
    const run = await waiting(change);
    const before = await stored(run);
    expect(await request(run, inSlack('U001'), decision)).toMatchObject({ result: 'refused', code });
    expect(await stored(run)).toEqual(before);
  });

  it('is put off only inside the window, and no part of a game day at all', async () => {
    await settle({
      permissions: named({ slackUser: 'U001' }),
      windows: [{ days: ['WED'], from: '09:00', to: '11:30', timezone: 'UTC' }],
    });
    const postponed = { decision: 'postpone', startAt: now + 2 * hourMs } as const;
    expect(await request(await waiting(), inSlack('U001'), postponed)).toMatchObject({
      code: 'impossible-time',
      reason: expect.stringContaining('window'),
    });
    await settle({ permissions: named({ slackUser: 'U001' }) });
    const part = await waiting({ gameDay: { session: 'day.session.x', name: 'day', step: 0 } });
    expect(await request(part, inSlack('U001'), postponed)).toMatchObject({ code: 'impossible-time' });
  });

  it('by somebody who may not is refused with the reason', async () => {
    await settle({ permissions: named({ slackUser: 'U001' }) });
    const run = await waiting();
    for (const decision of ['approve', 'postpone'] as const)
      expect(await request(run, inSlack('U002'), { decision, startAt: now + hourMs })).toMatchObject({
        code: 'not-permitted',
        reason: expect.stringContaining('u002 (slack T1/U002) may not approve runs'),
      });
    // Whoever may stop a run may decline it.
    expect(await request(run, inSlack('U002'), { decision: 'decline' })).toMatchObject({
      result: 'declined',
    });
  });

  it('by a member of a group is asked for of Slack, and refused where Slack does not say', async () => {
    await settle({ permissions: named({ slackGroup: 'S001' }) });
    const run = await waiting();
    const reason = 'Slack is down';
    expect(
      await request(run, inSlack('U001'), { readGroups: () => Promise.resolve({ read: false, reason }) }),
    ).toMatchObject({ code: 'not-permitted', reason: expect.stringContaining(reason) });
    const readGroups = (groups: readonly string[]): Promise<GroupMembers> =>
      Promise.resolve({ read: true, members: Object.fromEntries(groups.map((group) => [group, ['U001']])) });
    expect(await request(run, inSlack('U002'), { readGroups })).toMatchObject({ code: 'not-permitted' });
    expect(await request(run, inSlack('U001'), { readGroups })).toMatchObject({ result: 'approved' });
  });

  it('where nothing may run at all, approves nothing', async () => {
    await settle({ permissions: named({ slackUser: 'U001' }), refusedHere: 'This account is not allowed.' });
    expect(await request(await waiting(), inSlack('U001'))).toMatchObject({
      code: 'not-permitted',
      reason: 'This account is not allowed.',
    });
  });

  it.each<[string, Partial<Run>, string | null]>([
    ['who asked for it', { requestedBy: 'u001 (slack T1/U001)' }, 'four-eyes'],
    [
      'who registered it',
      { requestedBy: 'u002 (slack T1/U002)', registeredBy: 'u001 (slack T1/U001)' },
      'four-eyes',
    ],
    ['somebody else', { requestedBy: 'u002 (slack T1/U002)', registeredBy: 'u003 (slack T1/U003)' }, null],
    ['who cannot be compared', { requestedBy: 'somebody' }, 'four-eyes'],
    ['anybody, for a schedule', { requestedBy: 'its schedule', slot: slot('scheduled') }, null],
    [
      'who registered what its schedule starts',
      { requestedBy: 'its schedule', slot: slot('scheduled'), registeredBy: 'u001 (slack T1/U001)' },
      'four-eyes',
    ],
    ['anybody, for an event', { requestedBy: 'event Deployed from shop', slot: slot('event') }, null],
  ])('with four eyes by %s', async (_, change, code) => {
    const { approval } = storedGuardrails({}, 'dev');
    await settle({ permissions: named({ slackUser: 'U001' }), approval: { ...approval, fourEyes: true } });
    const answer = await request(await waiting(change), inSlack('U001'));
    expect(answer).toMatchObject(code === null ? { result: 'approved' } : { result: 'refused', code });
  });

  describe('at the command line', () => {
    const decided = (run: Run): ProvedDecision => ({
      ...place,
      run: run.id,
      decision: 'approve',
      seq: run.seq,
      generation: run.killSwitchGeneration,
      startAt: null,
    });
    // The signer takes the time of the machine: so do these tests.
    const proofOf = ({ arn: _, ...keys }: FakeKeys, decision: ProvedDecision): Promise<CallerProof> =>
      prove({ credentials: () => Promise.resolve(keys), partition: 'aws', variables }, decision);
    const approve = (
      run: Run,
      proof: CallerProof,
      change: Partial<Pick<ProvedDecision, 'seq' | 'generation' | 'run'>> & { decision?: 'decline' } = {},
    ): Promise<ApproveAnswer> =>
      approveWithProof(
        controller,
        {
          inoculate: 'approve/1',
          run: run.id,
          decision: 'approve',
          seq: run.seq,
          generation: run.killSwitchGeneration,
          startAt: null,
          ...change,
          proof,
        },
        noGroups,
        variables,
      );

    beforeEach(() => {
      now = new Date().getTime();
    });

    it.each([
      ['a user', ada],
      ['a session', bob],
    ])('is proved by the signature of %s', async (_, keys) => {
      const run = await waiting();
      expect(await approve(run, await proofOf(keys, decided(run)))).toMatchObject({ result: 'approved' });
      expect((await stored(run)).approval?.by).toBe(keys.arn);
      // The secret stays where it is.
      expect(JSON.stringify(sts.requests)).not.toContain(keys.secretAccessKey);
    });

    it.each<[string, (run: Run) => Partial<ProvedDecision>]>([
      ['another stage', () => ({ stage: 'prod' })],
      ['another account', () => ({ account: '999999999999' })],
      ['another Region', () => ({ region: 'us-east-1' })],
      ['another run', () => ({ run: 'checkout-slow.manual.other' })],
      ['another decision', () => ({ decision: 'decline' })],
      ['another state of the run', ({ seq }) => ({ seq: seq + 1 })],
      ['another generation of the kill switch', () => ({ generation: 7 })],
      ['another start', () => ({ startAt: 1 })],
    ])('that is signed for %s proves nothing', async (_, change) => {
      const run = await waiting();
      const proof = await proofOf(ada, { ...decided(run), ...change(run) });
      expect(await approve(run, proof)).toMatchObject({ result: 'unproved' });
      expect((await stored(run)).phase).toBe('awaiting-approval');
    });

    it('cannot be used for anything else that the message then says', async () => {
      const run = await waiting();
      const proof = await proofOf(ada, decided(run));
      expect(await approve(run, proof, { decision: 'decline' })).toMatchObject({ result: 'unproved' });
      expect(await approve(await waiting(), proof)).toMatchObject({ result: 'unproved' });
    });

    it.each<[string, (proof: CallerProof) => Partial<CallerProof>]>([
      ['with another time', () => ({ date: '20260101T000000Z' })],
      ['with no time', () => ({ date: 'now' })],
      ['with another token', () => ({ securityToken: 'x' })],
      [
        'of another key',
        ({ authorization }) => ({ authorization: authorization.replace('AKIAADA', 'AKIASTRANGER') }),
      ],
      [
        'of no known key',
        ({ authorization }) => ({ authorization: authorization.replace('AKIAADA', 'AKIANOBODY') }),
      ],
      ['that is none', () => ({ authorization: 'Bearer x' })],
      [
        'for another service',
        ({ authorization }) => ({ authorization: authorization.replace('/sts/', '/iam/') }),
      ],
      [
        'that leaves out what it binds',
        ({ authorization }) => ({ authorization: authorization.replace(';x-inoculate-decision', '') }),
      ],
      [
        'that signs more than it must',
        ({ authorization }) => ({ authorization: authorization.replace('x-inoculate', 'x-a;x-inoculate') }),
      ],
      [
        'with a wrong signature',
        ({ authorization }) => ({
          authorization: authorization.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
        }),
      ],
    ])('%s proves nothing', async (_, change) => {
      const run = await waiting();
      const proof = await proofOf(ada, decided(run));
      expect(await approve(run, { ...proof, ...change(proof) })).toMatchObject({ result: 'unproved' });
    });

    it('that is older than five minutes proves nothing, and STS is not even asked', async () => {
      const run = await waiting({ startAt: now + hourMs });
      const proof = await proofOf(ada, decided(run));
      const asked = sts.requests.length;
      for (const later of [5 * 60_000 + 2_000, -5 * 60_000 - 2_000]) {
        now = new Date().getTime() + later;
        expect(await approve(run, proof)).toMatchObject({ result: 'unproved' });
      }
      expect(sts.requests).toHaveLength(asked);
    });

    it('by somebody of another account, whom nobody has named, is refused', async () => {
      const run = await waiting();
      expect(await approve(run, await proofOf(stranger, decided(run)))).toMatchObject({
        result: 'refused',
        code: 'not-permitted',
      });
    });

    it('is not decided while STS cannot say who it is', async () => {
      const run = await waiting();
      sts.break(500);
      await expect(approve(run, await proofOf(ada, decided(run)))).rejects.toThrow('STS answered with 500');
      expect((await stored(run)).phase).toBe('awaiting-approval');
    });
  });
});

function slot(kind: Run['slot']['kind']): Run['slot'] {
  return { kind, id: 'x', at: Date.parse('2026-12-02T10:00:00Z') };
}

/** Nobody but these may approve; anyone may stop. */
function named(...approve: Exclude<Permissions['approve'], 'anyone'>): Permissions {
  return { view: 'anyone', start: [], stop: 'anyone', approve };
}

type Permissions = StoredGuardrails['permissions'];
