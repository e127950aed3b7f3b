import { EventBridgeClient, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { DynamoDbGameDays } from '../../src/adapters/dynamodb-gamedays.ts';
import { DynamoDbRegistry } from '../../src/adapters/dynamodb-registry.ts';
import { DynamoDbSessions } from '../../src/adapters/dynamodb-sessions.ts';
import { DynamoDbSettings } from '../../src/adapters/dynamodb-settings.ts';
import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import type { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { AwsClients } from '../../src/aws/clients.ts';
import type { Controller } from '../../src/controller/controller.ts';
import { decideOn } from '../../src/controller/decide.ts';
import { controllerEnvironment } from '../../src/controller/environment.ts';
import { planner, type Planned } from '../../src/controller/gameday/planner.ts';
import { answer } from '../../src/controller/requests.ts';
import { stopFor } from '../../src/controller/stop.ts';
import { resolveExperiment } from '../../src/core/experiment.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { GameDayStateChangeMessage, StoredGuardrails } from '../../src/generated/types.ts';
import { validateGameDayStateChangeMessage } from '../../src/generated/validate-game-day-state-change.js';
import { registerGameDay } from '../../src/registry/register-gameday.ts';
import { plannerRequestOf } from '../../src/triggers/planner-request.ts';
import { storedGuardrails } from '../support/guardrails.ts';
import { factsOf } from '../unit/core/decide-support.ts';
import { testPorts } from '../unit/engine/support.ts';
import { engines, type RunningDatabase } from './engines.ts';

const minuteMs = 60_000;
const start = Date.parse('2026-12-04T09:00:00Z');
const id = 'day.session.2026-12-04T09:00:00_000Z';

const experiment = (name: string): unknown => ({
  inoculate: 'experiment/1',
  name,
  hypothesis: 'Checkout answers although it is slowed down a little.',
  targets: { checkout: { lambda: `shop-${name}` } },
  steadyState: [{ name: 'failures', signal: 'failures', target: 'checkout', atMost: '10%' }],
  faults: [{ kind: 'invocation.latency', target: 'checkout', delay: '100ms' }],
  exposure: '10%',
  duration: '5m',
});
const gameDay = {
  inoculate: 'gameday/1',
  name: 'day',
  window: { date: '2026-12-04', from: '10:00', to: '12:00', timezone: 'Europe/Berlin' },
  announce: ['24h', '15m'],
  steps: [
    { run: 'a' },
    { pause: { say: 'Talk.', until: 'approved', atMost: '20m' } },
    { parallel: ['b', 'c'] },
  ],
  notify: ['slack:chaos'],
};

interface Bench {
  readonly controller: Controller;
  readonly sessions: DynamoDbSessions;
  readonly told: GameDayStateChangeMessage[];
  readonly scheduled: string[];
  now: number;
  register(change?: object): Promise<unknown>;
  ask(message: object): Promise<Planned>;
  settle(change: Partial<StoredGuardrails>): Promise<void>;
}

async function bench(control: DynamoDbTable): Promise<Bench> {
  const test = testPorts();
  const store = new DynamoDbStore(control);
  const { limits, targets } = factsOf();
  const facts = () => Promise.resolve({ limits, targets, window: { open: true, reason: '' } });
  const ports = { ...test.ports, store, facts };
  const aws = new AwsClients({ region: 'eu-central-1' });
  const told: GameDayStateChangeMessage[] = [];
  Object.assign(aws.get(EventBridgeClient), {
    send: async ({ input }: { input: PutEventsCommandInput }) => {
      for (const { Detail, DetailType, Source } of input.Entries ?? []) {
        const change: unknown = JSON.parse(Detail ?? '');
        expect([Source, DetailType]).toEqual(['inoculate', 'Game Day State Change']);
        if (!validateGameDayStateChangeMessage(change))
          throw new Error(JSON.stringify(validateGameDayStateChangeMessage.errors));
        told.push(change);
      }
      return { FailedEntryCount: 0 };
    },
  });
  const environment = controllerEnvironment({
    INOCULATE_STAGE: 'dev',
    INOCULATE_TICK_SECONDS: '5',
    INOCULATE_BUS: 'inoculate-dev',
    INOCULATE_ACCOUNT: '123456789012',
    INOCULATE_PARTITION: 'aws',
  });
  const controller: Controller = { environment, aws, control, store, ports, engine: new Engine(ports) };
  const registry = new DynamoDbRegistry(control);
  for (const name of ['a', 'b', 'c']) {
    const resolved = resolveExperiment(experiment(name), { stage: 'dev' });
    if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
    const entry = { name, version: 1, text: '', file: `${name}.yml`, registeredAt: 1, scheduledSince: 1 };
    await registry.put({ ...entry, experiment: resolved.experiment, registeredBy: 'bob' }, null);
  }
  const scheduled: string[] = [];
  let settings = 0;
  return {
    controller,
    sessions: new DynamoDbSessions(control),
    told,
    scheduled,
    get now() {
      return test.clock.time;
    },
    set now(at) {
      test.clock.time = at;
    },
    register: (change = {}) =>
      registerGameDay(
        {
          gameDays: new DynamoDbGameDays(control),
          schedules: {
            sync: async ({ name }) => void scheduled.push(name),
            remove: async (name) => void scheduled.push(`-${name}`),
          },
          isExperiment: async (name) => (await registry.get(name)) !== undefined,
          stage: 'dev',
          by: 'bob',
          at: test.clock.time,
        },
        { file: 'day.yml', text: '', gameDay: { ...gameDay, ...change } },
      ),
    ask: (message) => planner(controller, plannerRequestOf(message)),
    settle: async (change) => {
      settings += 1;
      const guardrails = storedGuardrails(change);
      const entry = { version: settings, at: 1, by: 'ada', file: 's.yml', text: '', guardrails };
      await new DynamoDbSettings(control, 'dev').put(entry);
    },
  };
}

describe('the planner', () => {
  let database: RunningDatabase;
  let world: Bench;
  let tables = 0;
  const [engine] = engines;
  beforeAll(async () => {
    if (engine === undefined) throw new Error('There is no database');
    database = await engine.start();
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    world = await bench(await database.table(`planner-${++tables}`));
    world.now = start - 25 * 60 * minuteMs;
  });

  const session = async () => (await world.sessions.loadSession(id))?.session;
  const minute = (): Promise<Planned> => world.ask({ inoculate: 'minute/1' });
  const slot = (): Promise<Planned> =>
    world.ask({ inoculate: 'gameday-slot/1', gameDay: 'day', at: new Date(start).toISOString() });

  it('makes a session at its greatest lead, begins it on time, and goes on with each of its runs', async () => {
    expect(await world.register()).toMatchObject({ result: 'new', version: 1 });
    expect(await world.register()).toMatchObject({ result: 'unchanged', version: 1 });
    await minute();
    expect(await session()).toBeUndefined();
    world.now = start - 24 * 60 * minuteMs;
    await minute();
    await minute();
    expect((await session())?.phase).toBe('announced');
    world.now = start - 15 * minuteMs;
    await minute();
    world.now = start;
    expect(await slot()).toEqual({ result: 'exists', session: id });
    await slot();
    const [a] = (await session())?.steps[0]?.runs ?? [];
    const run = (await world.controller.store.loadRun(a?.run ?? ''))?.run;
    expect(run).toMatchObject({
      id: 'a.gameday.2026-12-04T0900Z_1_1_day',
      gameDay: { session: id, name: 'day', step: 1 },
      experiment: { notify: ['slack:chaos'], window: gameDay.window },
    });
    const at = world.now;
    await world.controller.engine.deliver(a?.run ?? '', { type: 'abort', at, by: 'ada' });
    await world.ask({ 'detail-type': 'x', detail: changeOf(a?.run ?? '') });
    const after = await session();
    expect([after?.phase, after?.stopped?.code]).toEqual(['ended', 'run']);
    expect(after?.steps.map(({ state }) => state)).toEqual(['done', 'not-run', 'not-run']);
    expect(world.told.map(({ seq }) => seq)).toEqual(world.told.map((_, index) => index + 1));
    expect(world.told.map(({ kind }) => kind)).toEqual(['phase', 'reminder', 'phase', 'step', 'phase']);
    await minute();
    expect(await world.sessions.listActiveSessions()).toEqual([]);
  });

  it('waits in a pause for a person, and ends for one', async () => {
    await world.register({ steps: gameDay.steps.slice(1) });
    world.now = start;
    await slot();
    const paused = await session();
    expect(paused?.phase).toBe('paused');
    const message = { inoculate: 'gameday-continue/1', session: id, by: 'ada' };
    expect(await world.ask({ ...message, seq: 1 })).toMatchObject({ result: 'refused', code: 'outdated' });
    expect(await world.ask({ ...message, seq: paused?.seq })).toMatchObject({
      result: 'continued',
      phase: 'running',
    });
    expect(await world.ask({ ...message, seq: paused?.seq })).toMatchObject({
      result: 'refused',
      code: 'not-paused',
    });
    expect((await session())?.steps[1]?.runs.map(({ state }) => state)).toEqual(['under-way', 'under-way']);
    const stopped = await stopFor(world.controller, { inoculate: 'abort-session/1', session: id, by: 'ada' });
    expect(stopped).toMatchObject({ result: 'session-stopped', session: id });
    await minute();
    expect((await session())?.phase).toBe('ended');
    expect(await answer(world.controller, { inoculate: 'sessions/1', gameDay: 'day' })).toMatchObject({
      sessions: [{ id, phase: 'ended', tally: '2 refused' }],
    });
  });

  it('takes the approval of whoever may, as a whole, and begins with the next minute', async () => {
    const approval = { required: true, expiresAfterMs: 24 * 60 * minuteMs, fourEyes: true };
    const permissions = {
      view: 'anyone',
      start: [],
      stop: 'anyone',
      approve: [{ aws: 'arn:aws:iam::123456789012:user/*' }],
    };
    await world.settle({ approval, permissions } as Partial<StoredGuardrails>);
    await world.register();
    world.now = start - 24 * 60 * minuteMs;
    await minute();
    const asked = await session();
    expect(asked?.phase).toBe('awaiting-approval');
    const by = (arn: string) => ({ via: 'aws', arn }) as const;
    const decide = (arn: string) =>
      decideOn(world.controller, {
        run: id,
        decision: 'approve',
        seq: asked?.seq ?? 0,
        generation: 0,
        by: by(arn),
        readGroups: () => Promise.reject(new Error('no groups')),
      });
    expect(await decide('arn:aws:iam::999999999999:user/eve')).toMatchObject({
      result: 'refused',
      code: 'not-permitted',
    });
    const decided = await decide('arn:aws:iam::123456789012:user/ada');
    expect(decided).toMatchObject({ result: 'refused', code: 'four-eyes' });
    await world.settle({
      approval: { ...approval, fourEyes: false },
      permissions,
    } as Partial<StoredGuardrails>);
    expect(await decide('arn:aws:iam::123456789012:user/ada')).toMatchObject({
      result: 'approved',
      phase: 'announced',
    });
    world.now = start;
    await minute();
    const run = (await session())?.steps[0]?.runs[0]?.run ?? '';
    expect((await world.controller.store.loadRun(run))?.run.approval?.by).toBe(
      'arn:aws:iam::123456789012:user/ada',
    );
  });

  it('refuses what cannot be: unknown experiments, another session under way, outside the window', async () => {
    expect(await world.register({ steps: [{ run: 'a' }, { parallel: ['b', 'x'] }] })).toMatchObject({
      result: 'refused',
      problems: [{ path: ['steps', 1, 'parallel', 1], code: 'unknown-experiment' }],
    });
    const ask = (gameDayName: string, request: string) =>
      world.ask({
        inoculate: 'gameday-start/1',
        gameDay: gameDayName,
        id: request,
        by: 'ada',
        at: new Date(world.now).toISOString(),
      });
    expect(await ask('day', 'request1')).toMatchObject({ result: 'refused', code: 'unknown-gameday' });
    await world.register();
    expect(await ask('day', 'request1')).toMatchObject({ result: 'refused', code: 'outside-window' });
    world.now = start + minuteMs;
    expect(await ask('day', 'request1')).toEqual({ result: 'started', session: 'day.session.request1' });
    expect(await ask('day', 'request1')).toEqual({ result: 'exists', session: 'day.session.request1' });
    expect(await ask('day', 'request2')).toMatchObject({ result: 'refused', code: 'under-way' });
  });
});

function changeOf(run: string): object {
  return {
    runId: run,
    experiment: 'a',
    seq: 2,
    kind: 'phase',
    thread: id,
    gameDay: { session: id, name: 'day', step: 1 },
    at: start,
    from: 'requested',
    phase: 'ended',
    reason: 'x',
    startAt: start,
    requestedBy: 'x',
    generation: 0,
    abort: null,
    outcome: null,
    channels: [],
  };
}
