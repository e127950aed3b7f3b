import { DynamoDbGameDays } from '../../src/adapters/dynamodb-gamedays.ts';
import { DynamoDbRegistry } from '../../src/adapters/dynamodb-registry.ts';
import { DynamoDbSchedules } from '../../src/adapters/dynamodb-schedules.ts';
import { DynamoDbSettings } from '../../src/adapters/dynamodb-settings.ts';
import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import type { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { AwsClients } from '../../src/aws/clients.ts';
import type { Controller } from '../../src/controller/controller.ts';
import { controllerEnvironment } from '../../src/controller/environment.ts';
import { comingOf } from '../../src/controller/next.ts';
import { planAhead } from '../../src/controller/plan-ahead.ts';
import { startRun, type Started } from '../../src/controller/start.ts';
import type { EpochMs } from '../../src/core/ids.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { StoredGuardrails } from '../../src/generated/types.ts';
import { register, type Registration, unregister } from '../../src/registry/register.ts';
import type { Experiment } from '../../src/generated/types.ts';
import { validateResolvedGameDay } from '../../src/generated/validate-resolved.js';
import { storedGuardrails } from '../support/guardrails.ts';
import { factsOf } from '../unit/core/decide-support.ts';
import { testPorts } from '../unit/engine/support.ts';
import { engines, type RunningDatabase } from './engines.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A Monday, an hour before working hours begin in Berlin. */
const monday = Date.parse('2026-11-23T07:00:00Z');
const slotOf = (text: string): EpochMs => Date.parse(text);

interface Bench {
  readonly controller: Controller;
  readonly schedules: DynamoDbSchedules;
  readonly control: DynamoDbTable;
  /** What EventBridge Scheduler was told last, and how often anything was. */
  readonly told: { name: string; experiment: Experiment | null; firstSlot: EpochMs | undefined }[];
  now: EpochMs;
  register(changes?: Readonly<Record<string, unknown>>): Promise<Registration>;
  unregister(name: string): Promise<unknown>;
  plan(): Promise<void>;
  /** The message of a schedule. */
  slot(at: string, name?: string): Promise<Started>;
  settle(changes: Partial<StoredGuardrails>): Promise<void>;
  runs(name?: string): Promise<readonly string[]>;
}

function bench(control: DynamoDbTable): Bench {
  const test = testPorts();
  const store = new DynamoDbStore(control);
  const { limits, targets } = factsOf();
  const ports = {
    ...test.ports,
    store,
    facts: () => Promise.resolve({ limits, targets, window: { open: true, reason: '' } }),
  };
  const controller: Controller = {
    environment: controllerEnvironment({
      INOCULATE_STAGE: 'dev',
      INOCULATE_TICK_SECONDS: '5',
    }),
    aws: new AwsClients(),
    control,
    store,
    ports,
    engine: new Engine(ports),
  };
  const registry = new DynamoDbRegistry(control);
  const schedules = new DynamoDbSchedules(control);
  const told: Bench['told'] = [];
  const triggers = {
    sync: (experiment: Experiment, firstSlot: EpochMs | undefined) =>
      Promise.resolve(void told.push({ name: experiment.name, experiment, firstSlot })),
    remove: (name: string) =>
      Promise.resolve(void told.push({ name, experiment: null, firstSlot: undefined })),
  };
  let settings = 0;
  return {
    controller,
    schedules,
    control,
    told,
    get now() {
      return test.clock.time;
    },
    set now(at) {
      test.clock.time = at;
    },
    register: (changes = {}) =>
      register(
        { registry, triggers, schedules, options: { stage: 'dev' }, by: 'ada', at: test.clock.time },
        { file: 'a.yml', text: 'a', experiment: experimentFile(changes) },
      ),
    unregister: (name) => unregister({ registry, triggers, schedules }, name),
    plan: () => planAhead(controller, test.clock.time),
    slot: (at, name = 'checkout-slow') =>
      startRun(controller, {
        experiment: name,
        slot: { kind: 'scheduled', id: new Date(slotOf(at)).toISOString(), at: slotOf(at) },
        by: 'its schedule',
        delayMs: 0,
        replayed: false,
      }),
    settle: async (changes) => {
      settings += 1;
      const guardrails = storedGuardrails(changes);
      await new DynamoDbSettings(control, 'dev').put({
        version: settings,
        at: test.clock.time,
        by: 'ada',
        file: 's.yml',
        text: '',
        guardrails,
      });
    },
    runs: async (name = 'checkout-slow') =>
      (await registry.runsOf(name, 100)).map(({ at }) => new Date(at).toISOString().slice(0, 16)).reverse(),
  };
}

function experimentFile(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    inoculate: 'experiment/1',
    name: 'checkout-slow',
    hypothesis: 'Checkout answers although it is slowed down a little.',
    targets: { checkout: { lambda: 'shop-checkout' } },
    steadyState: [{ name: 'failures', signal: 'failures', target: 'checkout', atMost: '10%' }],
    faults: [{ kind: 'invocation.latency', target: 'checkout', delay: '20ms' }],
    exposure: '50%',
    duration: '10m',
    schedule: { cron: '0 10 * * ? *', timezone: 'Europe/Berlin' },
    window: { from: '09:00', to: '17:00' },
    ...changes,
  };
}

// Where the table's files lie makes no difference to what is asked of it.
for (const engine of engines.filter(({ name }) => !name.includes('disk')))
  describe(`schedules of experiments: ${engine.name}`, () => {
    let database: RunningDatabase;
    let tables = 0;
    let on: Bench;

    beforeAll(async () => {
      database = await engine.start();
    });
    afterAll(() => database.stop());
    beforeEach(async () => {
      on = bench(await database.table(`planned-${++tables}`));
      on.now = monday;
    });

    describe('made ahead', () => {
      it('a run that is announced a day ahead is made then, with its announcements, and its slot finds it', async () => {
        await on.register({ announce: ['24h', '15m'] });
        on.now = slotOf('2026-11-24T08:59:00Z');
        await on.plan();
        expect(await on.runs()).toEqual(['2026-11-24T09:00']);
        on.now += 60_000;
        await on.plan();
        expect(await on.runs()).toEqual(['2026-11-24T09:00', '2026-11-25T09:00']);
        const id = 'checkout-slow.scheduled.2026-11-25T09:00:00_000Z';
        const run = (await on.controller.store.loadRun(id))?.run;
        expect(run?.startAt).toBe(slotOf('2026-11-25T09:00:00Z'));
        expect(run?.announcements).toEqual([slotOf('2026-11-25T08:45:00Z')]);
        expect(run?.registeredBy).toBe('ada');
        on.now = slotOf('2026-11-25T09:00:20Z');
        expect(await on.slot('2026-11-25T09:00:00Z')).toEqual({ result: 'exists', run: id });
      });

      it('nothing is made ahead without announcements and approvals', async () => {
        await on.register();
        on.now = slotOf('2026-11-24T08:59:30Z');
        await on.plan();
        expect(await on.runs()).toEqual([]);
      });

      it('a run that needs an approval is made a day ahead, also where that is asked for later', async () => {
        await on.register();
        on.now = slotOf('2026-11-23T10:00:00Z');
        await on.plan();
        expect(await on.runs()).toEqual([]);
        await on.settle({ approval: { required: true, expiresAfterMs: dayMs, fourEyes: false } });
        await on.plan();
        expect(await on.runs()).toEqual(['2026-11-24T09:00']);
      });

      it('slots that would be skipped are not made ahead', async () => {
        const holiday = { firstDate: '2026-11-24', lastDate: '2026-11-24', timezone: 'UTC' };
        await on.settle({ closed: [{ reason: 'Holiday', ...holiday }] });
        await on.register({ announce: ['7d'] });
        for (let minute = 0; minute < 3; minute += 1) {
          await on.plan();
          on.now += 60_000;
        }
        expect(await on.runs()).toEqual([
          '2026-11-23T09:00',
          '2026-11-25T09:00',
          '2026-11-26T09:00',
          '2026-11-27T09:00',
        ]);
      });

      it.each(['the kill switch is on', 'the settings refuse everything here'])(
        'nothing is made ahead while %s: it would be refused for good',
        async (why) => {
          await on.register({ announce: ['24h'] });
          const refused = why.startsWith('the settings');
          if (refused) await on.settle({ refusedHere: 'Not at this stage.' });
          else await on.controller.store.setKillSwitch(true, 1_000);
          await on.plan();
          expect(await on.runs()).toEqual([]);
          if (refused) await on.settle({});
          else await on.controller.store.setKillSwitch(false, 1_000);
          await on.plan();
          expect(await on.runs()).toEqual(['2026-11-23T09:00']);
        },
      );

      it('again changes nothing', async () => {
        await on.register({ announce: ['24h'] });
        await on.plan();
        const before = await on.runs();
        const [item] = await on.schedules.planned();
        await on.plan();
        await on.plan();
        expect(await on.runs()).toEqual(before);
        expect(await on.schedules.planned()).toEqual([item]);
        expect(item?.lookAt).toBe(slotOf('2026-11-23T09:00:00Z'));
      });

      it('an experiment that is removed is planned no longer, nor one that lost its schedule', async () => {
        await on.register({ announce: ['24h'] });
        await on.register({ announce: ['24h'], name: 'other' });
        await on.unregister('checkout-slow');
        const { schedule: _schedule, ...rest } = experimentFile({ name: 'other' });
        await on.register({ ...rest, schedule: undefined });
        await on.plan();
        expect(await on.schedules.planned()).toEqual([]);
        expect(await on.runs()).toEqual([]);
      });

      it('what is left of an experiment that is gone is cleared away', async () => {
        await on.schedules.plan('gone');
        await on.plan();
        expect(await on.schedules.planned()).toEqual([]);
      });

      it('L14: a schedule of each minute makes some of its runs at a time, and never more than a hundred ahead', async () => {
        await on.register({
          announce: ['7d'],
          window: 'always',
          schedule: { cron: '* * * * ? *', timezone: 'UTC' },
        });
        const counts: number[] = [];
        for (let look = 0; look < 4; look += 1) {
          await on.plan();
          counts.push((await on.controller.store.listActive()).length);
        }
        expect(counts).toEqual([50, 100, 100, 100]);
        on.now += 60_000;
        await on.plan();
        expect((await on.controller.store.listActive()).length).toBe(101);
      }, 60_000);

      it('what goes wrong with one experiment keeps no other from being planned', async () => {
        await on.register({ announce: ['24h'], name: 'broken' });
        await on.register({ announce: ['24h'], name: 'whole' });
        const item = await on.control.get({ pk: 'experiments', sk: 'broken' });
        await on.control.put({ pk: 'experiments', sk: 'broken' }, { ...item, body: { S: 'not JSON' } });
        await expect(on.plan()).rejects.toThrow('1 of 2 experiments could not be planned');
        expect(await on.runs('whole')).toEqual(['2026-11-23T09:00']);
      });
    });

    describe('slots', () => {
      it('L16: registering runs nothing, and a rate begins one interval later', async () => {
        await on.register({ schedule: { rate: '6 hours', timezone: 'UTC' }, announce: ['15m'] });
        await on.plan();
        expect(await on.runs()).toEqual([]);
        expect(on.told.map(({ firstSlot }) => firstSlot)).toEqual([monday + 6 * hourMs]);
      });

      it('registering again moves no slot of a rate; another rate counts from then', async () => {
        const rate = (text: string): Readonly<Record<string, unknown>> => ({
          schedule: { rate: text, timezone: 'UTC' },
        });
        await on.register(rate('6 hours'));
        on.now = monday + 13 * hourMs;
        expect((await on.register(rate('6 hours'))).result).toBe('unchanged');
        expect((await on.register({ ...rate('6 hours'), duration: '5m' })).result).toBe('changed');
        expect((await on.register(rate('5 hours'))).result).toBe('changed');
        expect(on.told.map(({ firstSlot }) => firstSlot)).toEqual(
          [6, 18, 18, 18].map((hours) => monday + hours * hourMs),
        );
      });

      it('L15: the second and the third slot of a schedule start runs like the first', async () => {
        await on.register();
        for (const date of ['2026-11-23', '2026-11-24', '2026-11-25']) {
          on.now = slotOf(`${date}T09:00:30Z`);
          expect((await on.slot(`${date}T09:00:00Z`)).result).toBe('started');
        }
        expect(await on.runs()).toEqual(['2026-11-23T09:00', '2026-11-24T09:00', '2026-11-25T09:00']);
        expect(await on.schedules.countsOf('checkout-slow')).toMatchObject({ missed: 0, skipped: 0 });
      });

      it('L14: slots that never came are counted once, also more than a hundred of them', async () => {
        await on.register({ window: 'always', schedule: { cron: '*/10 * * * ? *', timezone: 'UTC' } });
        on.now = monday + 30 * hourMs;
        const late = new Date(on.now).toISOString();
        expect((await on.slot(late)).result).toBe('started');
        await on.slot(late);
        const [next, before] = [on.now + 600_000, on.now - 600_000];
        on.now = next;
        await on.slot(new Date(next).toISOString());
        await on.slot(new Date(before).toISOString());
        expect(await on.schedules.countsOf('checkout-slow')).toEqual({
          last: next,
          missed: 179,
          skipped: 0,
          lastSkipped: null,
        });
      });

      it('a slot outside the window starts nothing, and is counted with its reason', async () => {
        await on.register();
        on.now = slotOf('2026-11-28T09:00:10Z');
        const answer = await on.slot('2026-11-28T09:00:00Z');
        expect(answer).toMatchObject({ result: 'refused', code: 'outside-window' });
        expect(await on.runs()).toEqual([]);
        expect(await on.schedules.countsOf('checkout-slow')).toMatchObject({
          missed: 5,
          skipped: 1,
          lastSkipped: {
            at: slotOf('2026-11-28T09:00:00Z'),
            reason: expect.stringContaining('is closed on Saturday; it opens on Monday 2026-11-30 at 09:00'),
          },
        });
      });

      it('those to come are told in order, with the runs that are made for them already', async () => {
        await on.register({ announce: ['24h'] });
        await on.register({
          name: 'hourly',
          window: 'always',
          schedule: { rate: '5 hours', timezone: 'UTC' },
        });
        on.now = slotOf('2026-11-27T08:00:00Z');
        await on.plan();
        const told = await comingOf(on.controller, { count: 7 });
        const lines =
          told.result === 'next'
            ? told.slots.map(({ name, at, skipped, run }) => [
                name,
                new Date(at).toISOString().slice(5, 16),
                skipped?.code ?? run?.phase ?? null,
              ])
            : [];
        expect(lines).toEqual([
          ['checkout-slow', '11-27T09:00', 'announced'],
          ['hourly', '11-27T11:00', null],
          ['hourly', '11-27T16:00', null],
          ['hourly', '11-27T21:00', null],
          ['hourly', '11-28T02:00', null],
          ['hourly', '11-28T07:00', null],
          ['checkout-slow', '11-28T09:00', 'outside-window'],
        ]);
        expect(await comingOf(on.controller, { experiment: 'checkout-slow', count: 1 })).toMatchObject({
          slots: [{ name: 'checkout-slow', what: 'experiment', timezone: 'Europe/Berlin' }],
          notes: [],
        });
        expect(await comingOf(on.controller, { experiment: 'unheard-of', count: 1 })).toEqual({
          result: 'unknown-experiment',
          experiment: 'unheard-of',
        });
      });

      it('game days stand among them, with their sessions', async () => {
        await on.register();
        const window = { date: '2026-11-24', from: '09:30', to: '12:00', timezone: 'Europe/Berlin' };
        const gameDay = {
          inoculate: 'gameday/1',
          name: 'november',
          window,
          steps: [{ run: 'checkout-slow' }],
        };
        const entry = { version: 1, text: '', file: 'g.yml', registeredAt: monday, registeredBy: 'ada' };
        if (!validateResolvedGameDay(gameDay))
          throw new Error(JSON.stringify(validateResolvedGameDay.errors));
        await new DynamoDbGameDays(on.control).put({ ...entry, name: 'november', gameDay }, null);
        const told = await comingOf(on.controller, { count: 2 });
        expect(told).toMatchObject({
          slots: [
            { what: 'experiment', at: slotOf('2026-11-23T09:00:00Z') },
            { what: 'game day', name: 'november', at: slotOf('2026-11-24T08:30:00Z'), skipped: null },
          ],
        });
        on.now = slotOf('2026-11-24T08:30:00Z');
        expect(JSON.stringify(await comingOf(on.controller, { count: 9 }))).not.toContain('november');
      });

      it('what keeps every run from starting is told beside the slots', async () => {
        await on.settle({ refusedHere: 'This stage is not among the allowed ones.' });
        await on.controller.store.setKillSwitch(true, 1_000);
        expect(await comingOf(on.controller, { count: 1 })).toEqual({
          result: 'next',
          slots: [],
          notes: ['The kill switch is on.', 'This stage is not among the allowed ones.'],
        });
      });

      it('with jitter the run waits for its own time, the same however it is asked for', async () => {
        await on.register({
          announce: ['24h'],
          schedule: { cron: '0 9 ? * MON-FRI *', timezone: 'Europe/Berlin', jitter: 'window' },
        });
        on.now = slotOf('2026-11-23T08:00:00Z');
        await on.plan();
        const id = 'checkout-slow.scheduled.2026-11-24T08:00:00_000Z';
        const ahead = (await on.controller.store.loadRun(id))?.run.startAt ?? 0;
        expect(ahead).toBeGreaterThan(slotOf('2026-11-24T08:00:00Z'));
        expect(ahead).toBeLessThanOrEqual(slotOf('2026-11-24T15:50:00Z'));
      });
    });
  });
