import type { RunResult, Session, SessionRun, SessionStep } from '../../../../src/core/gameday/session.ts';
import type { GameDay } from '../../../../src/generated/types.ts';
import type { SessionRecord } from '../../../../src/report/gameday/record.ts';
import type { RunRecord } from '../../../../src/report/record.ts';
import { plans, twoTargets } from './plans.ts';
import { syntheticRun } from './synthetic-run.ts';

export const minute = 60_000;
const startAt = Date.UTC(2026, 11, 4, 9, 0, 0);
/** When every made-up run begins. */
const playedAt = Date.UTC(2026, 11, 4, 10, 0, 0);

/** The run as another experiment at another time: every instant in it is moved. */
function movedTo(record: RunRecord, name: string, at: number): RunRecord {
  const move = (value: unknown): unknown => {
    if (typeof value === 'number') return value > 1e12 ? value + at - playedAt : value;
    if (Array.isArray(value)) return value.map(move);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, move(part)]));
  };
  const { run, ...rest } = move(record) as RunRecord;
  const id = `${name}.gameday.2026-12-04T0900Z_${(at - startAt) / minute}_december-game-day`;
  return {
    ...rest,
    run: { ...run, id, requestedBy: 'game day', experiment: { ...run.experiment, name } },
    environment: { ...rest.environment, where: 'aws', workload: null },
  };
}

function endedWith({ run }: RunRecord, outcome: RunResult): SessionRun {
  return {
    experiment: run.experiment.name,
    run: run.id,
    state: 'ended',
    phase: 'ended',
    outcome,
    abort: null,
    aborting: false,
  };
}

const done = (minutes: number, ...runs: readonly SessionRun[]): SessionStep => ({
  state: 'done',
  since: startAt + minutes * minute,
  reason: null,
  runs,
});

const gameDay: GameDay = {
  inoculate: 'gameday/1',
  name: 'december-game-day',
  purpose: 'Does the shop take an order while any one of its dependencies is slow or gone?',
  window: { date: '2026-12-04', from: '10:00', to: '12:30', timezone: 'Europe/Berlin' },
  steps: [
    { run: 'checkout-survives-throttled-orders-table' },
    {
      pause: {
        say: 'Read the report together, and look at the dashboard',
        until: 'approved',
        atMost: 20 * minute,
      },
    },
    { parallel: ['pricing-may-be-slow', 'shop-survives-slow-pricing', 'search-without-index'] },
    { run: 'payment-may-be-down' },
    { run: 'mail-queue-may-stand-still' },
  ],
  onAbort: 'continue',
};

const deviated = movedTo(
  syntheticRun(plans.deviated),
  'checkout-survives-throttled-orders-table',
  startAt + 2 * minute,
);
const held = movedTo(syntheticRun(plans.tenMinutes), 'pricing-may-be-slow', startAt + 16 * minute);
const two = movedTo(syntheticRun(twoTargets), 'shop-survives-slow-pricing', startAt + 16 * minute);
const again = movedTo(syntheticRun(plans.held), deviated.run.experiment.name, startAt + 20 * minute);
const refused = movedTo(syntheticRun(plans.refused), 'search-without-index', startAt + 16 * minute);
const stopped = movedTo(syntheticRun(plans.stopped), 'payment-may-be-down', startAt + 29 * minute);

function session(steps: readonly SessionStep[], change: Partial<Session> = {}): Session {
  const base: Session = {
    schema: 1,
    id: 'december-game-day.session.2026-12-04T09:00:00_000Z',
    gameDay,
    version: 3,
    slot: { kind: 'scheduled', id: '2026-12-04T09:00:00.000Z', at: startAt },
    requestedBy: 'schedule',
    registeredBy: 'ada (Admin)',
    requestedAt: startAt - 24 * 60 * minute,
    settings: {
      stage: 'prod',
      approvalRequired: true,
      approvalMs: 60 * minute,
      maxLateMs: 15 * minute,
      startLeaseMs: 2 * minute,
    },
    phase: 'ended',
    phaseSince: startAt + 32 * minute,
    seq: 9,
    startAt,
    endsAt: startAt + 150 * minute,
    announcements: [],
    approval: { by: 'grace', at: startAt - 60 * minute },
    askedSeq: 0,
    killSwitchGeneration: 0,
    lengths: {},
    steps,
    stopped: null,
    nextCommandId: 1,
    outbox: [],
    endedAt: startAt + 32 * minute,
  };
  return { ...base, ...change };
}

const notRun = (experiment: string, reason: string): SessionRun => ({
  experiment,
  run: `${experiment}.gameday.x`,
  state: 'not-run',
  phase: null,
  outcome: { result: 'not-run', code: null, reason },
  abort: null,
  aborting: false,
});
const killed = 'the kill switch was thrown by grace';

/** A few game days, for tests and screenshots. */
export const sessions = {
  /** Something of everything. */
  mixed: {
    session: session(
      [
        done(
          4,
          endedWith(deviated, { result: 'deviated', code: 'deviation', reason: 'failures at most 2 %' }),
        ),
        { ...done(15), reason: 'grace let it go on' },
        done(
          28,
          endedWith(held, { result: 'held', code: null, reason: 'It held.' }),
          endedWith(two, { result: 'inconclusive', code: null, reason: 'Too little data to say.' }),
          endedWith(refused, { result: 'refused', code: 'window', reason: 'Outside its window.' }),
        ),
        done(31, endedWith(stopped, { result: 'aborted', code: 'person', reason: 'stopped by alice' })),
        {
          state: 'not-run',
          since: startAt + 32 * minute,
          reason: killed,
          runs: [notRun('mail-queue-may-stand-still', killed)],
        },
      ],
      { stopped: { code: 'kill-switch', reason: 'The kill switch was thrown by grace.' } },
    ),
    runs: [deviated, held, two, refused, stopped],
    inoculateVersion: '0.1.0',
  },
  allHeld: {
    session: session([done(28, endedWith(held, { result: 'held', code: null, reason: 'It held.' }))], {
      gameDay: { ...gameDay, steps: [{ run: 'pricing-may-be-slow' }] },
    }),
    runs: [held],
    inoculateVersion: '0.1.0',
  },
  /** Deviated, was mended during a pause, and held when it was run again. */
  mended: {
    session: session(
      [
        done(
          4,
          endedWith(deviated, { result: 'deviated', code: 'deviation', reason: 'failures at most 2 %' }),
        ),
        done(28, endedWith(again, { result: 'held', code: null, reason: 'It held.' })),
      ],
      {
        gameDay: {
          ...gameDay,
          steps: [{ run: deviated.run.experiment.name }, { run: deviated.run.experiment.name }],
        },
      },
    ),
    runs: [deviated, again],
    inoculateVersion: '0.1.0',
  },
  nothing: {
    session: session(
      [
        {
          state: 'not-run',
          since: startAt,
          reason: 'nobody approved it in time',
          runs: [notRun('pricing-may-be-slow', 'nobody approved it in time')],
        },
      ],
      {
        gameDay: { ...gameDay, steps: [{ run: 'pricing-may-be-slow' }] },
        approval: null,
        stopped: { code: 'approval-expired', reason: 'Nobody approved it in time.' },
        endedAt: startAt,
      },
    ),
    runs: [],
    inoculateVersion: '0.1.0',
  },
} satisfies Record<string, SessionRecord>;
