import { decideSession } from '../../../src/core/gameday/decide.ts';
import type { SeenRun, SessionEvent } from '../../../src/core/gameday/events.ts';
import { learnt } from '../../../src/core/gameday/results.ts';
import type { Session } from '../../../src/core/gameday/session.ts';
import type { GameDay } from '../../../src/generated/types.ts';
import { minuteMs, newSession, outcomes, requestFor, start } from './world.ts';

const hour = 60 * minuteMs;

function gameDay(steps: GameDay['steps'], change: Partial<GameDay> = {}): GameDay {
  return { inoculate: 'gameday/1', name: 'day', steps, ...change };
}

function look(session: Session, at: number, runs: readonly SeenRun[] = [], change = {}): Session {
  const event: SessionEvent = {
    type: 'look',
    at,
    killSwitch: { on: false, generation: 0 },
    runs,
    lengths: {},
    ...change,
  };
  return decideSession(session, event).session;
}

/** Every start that is handed out happens. */
function started(session: Session, at: number): Session {
  return session.outbox.reduce(
    (now, { id, command }) =>
      command.type === 'start-run'
        ? decideSession(now, { type: 'result', at, command: id, result: { type: 'started' } }).session
        : now,
    session,
  );
}

function ended(session: Session, experiment: string, how: keyof typeof outcomes): SeenRun {
  const run = session.steps.flatMap(({ runs }) => runs).find((one) => one.experiment === experiment);
  return { run: run?.run ?? '', seen: { phase: 'ended', outcome: outcomes[how], abort: null } };
}

const states = ({ steps }: Session): readonly string[] => steps.map(({ state }) => state);
const commands = ({ outbox }: Session): readonly string[] => outbox.map(({ command }) => command.type);

describe('onAbort', () => {
  const cases: readonly (readonly [keyof typeof outcomes, boolean])[] = [
    ['held', false],
    ['inconclusive', false],
    ['deviated', true],
    ['deviatedEarly', true],
    ['aborted', true],
    ['errored', true],
    ['refused', false],
    ['unwell', true],
  ];

  it.each(cases)('after a run that is %s, stop is %s', (how, stops) => {
    const session = started(newSession(gameDay([{ run: 'a' }, { run: 'b' }])), start);
    const after = look(session, start + minuteMs, [ended(session, 'a', how)]);
    expect(states(after)).toEqual(stops ? ['done', 'not-run'] : ['done', 'running']);
    expect(after.stopped?.code ?? null).toBe(stops ? 'run' : null);
  });

  it.each(cases.map(([how]) => how))('continue goes on after a run that is %s', (how) => {
    const steps: GameDay['steps'] = [{ run: 'a' }, { run: 'b' }];
    const session = started(newSession(gameDay(steps, { onAbort: 'continue' })), start);
    expect(states(look(session, start + minuteMs, [ended(session, 'a', how)]))).toEqual(['done', 'running']);
  });

  it('aborts the run beside one that is being aborted, at once, and ends with the last of them', () => {
    const session = started(newSession(gameDay([{ parallel: ['a', 'b'] }, { run: 'c' }])), start);
    const [a] = session.steps[0]?.runs ?? [];
    const abort = { code: 'alarm', alarm: 'x', state: 'ALARM' } as const;
    const seen = { phase: 'reverting', outcome: null, abort } as const;
    const stopping = look(session, start + minuteMs, [{ run: a?.run ?? '', seen }]);
    expect(commands(stopping).filter((type) => type === 'abort-run')).toHaveLength(2);
    expect([stopping.phase, ...states(stopping)]).toEqual(['running', 'running', 'not-run']);
    const one = look(stopping, start + 2 * minuteMs, [ended(session, 'a', 'aborted')]);
    expect(one.phase).toBe('running');
    const both = look(one, start + 3 * minuteMs, [ended(session, 'b', 'aborted')]);
    expect(both.phase).toBe('ended');
    expect(learnt(both).open.map(({ experiment }) => experiment)).toEqual(['c']);
  });
});

describe('the window', () => {
  const steps: GameDay['steps'] = [{ run: 'a' }, { run: 'b' }];
  const within = (endsAt: number, b: number): Session => {
    const lengths = { a: minuteMs, b };
    const session = started(newSession(gameDay(steps), { endsAt, lengths }), start);
    return look(session, start + 10 * minuteMs, [ended(session, 'a', 'held')]);
  };

  it('takes a step that ends with it, and no longer one', () => {
    // Ten minutes have gone; the run and a minute around it must fit.
    expect(states(within(start + 20 * minuteMs, 9 * minuteMs))).toEqual(['done', 'running']);
    const late = within(start + 20 * minuteMs, 9 * minuteMs + 1);
    expect(states(late)).toEqual(['done', 'not-run']);
    expect(late.phase).toBe('ended');
    expect(late.steps[1]?.reason).toMatch(/takes up to 10m.* the window ended in 10m/);
  });
});

describe('a pause', () => {
  const pause = { say: 'Talk.', until: 'approved', atMost: 20 * minuteMs } as const;
  const paused = (): Session => newSession(gameDay([{ pause }, { run: 'a' }]));

  it('ends with who saw this pause, and not with who saw an earlier one', () => {
    const session = paused();
    expect(session.phase).toBe('paused');
    const by = (seq: number): Session =>
      decideSession(session, { type: 'continue', at: start + minuteMs, by: 'ada', seq }).session;
    expect(by(session.askedSeq - 1)).toBe(session);
    expect(states(by(session.seq))).toEqual(['done', 'running']);
  });

  it('ends the game day where nobody answers in time', () => {
    expect(look(paused(), start + 20 * minuteMs - 1).phase).toBe('paused');
    const over = look(paused(), start + 20 * minuteMs);
    expect([over.phase, over.stopped?.code, ...states(over)]).toEqual([
      'ended',
      'not-continued',
      'done',
      'not-run',
    ]);
  });

  it('of a time goes on by itself', () => {
    const session = newSession(gameDay([{ pause: { say: 'Wait.', until: 3 * minuteMs } }, { run: 'a' }]));
    expect(look(session, start + 3 * minuteMs - 1).phase).toBe('paused');
    expect(states(look(session, start + 3 * minuteMs))).toEqual(['done', 'running']);
  });
});

describe('before it begins', () => {
  const day = gameDay([{ run: 'a' }], { announce: [24 * hour, 15 * minuteMs] });

  it('is announced at its greatest lead, and reminds once for each later one', () => {
    const planned = newSession(day, {}, start - 25 * hour);
    expect(planned.phase).toBe('planned');
    const announced = look(planned, start - 24 * hour);
    expect(announced.phase).toBe('announced');
    const reminded = look(announced, start - 15 * minuteMs);
    expect(reminded.seq).toBe(announced.seq + 1);
    expect(look(reminded, start - 14 * minuteMs).seq).toBe(reminded.seq);
    expect(look(reminded, start).phase).toBe('running');
  });

  it('does not begin any more 15 minutes after its start', () => {
    const announced = newSession(day, {}, start - hour);
    expect(look(announced, start + 15 * minuteMs).phase).toBe('running');
    const late = look(announced, start + 15 * minuteMs + 1);
    expect([late.phase, late.stopped?.code]).toEqual(['ended', 'too-late']);
  });

  it('does not begin once it was removed or moved, and asks again where it was changed', () => {
    const settings = { ...requestFor(day).settings, approvalRequired: true };
    const asked = newSession(day, { settings }, start - hour);
    const approval = {
      type: 'approval',
      at: start - hour,
      by: 'ada',
      approved: true,
      generation: 0,
    } as const;
    const approved = decideSession(asked, { ...approval, seq: asked.seq }).session;
    expect([approved.phase, approved.approval?.by]).toEqual(['announced', 'ada']);
    expect(look(approved, start, [], { registered: null }).stopped?.code).toBe('removed');
    const moved = { ...day, window: { date: '2026-12-05', from: '10:00', to: '12:00', timezone: 'UTC' } };
    const now = (gameDay: GameDay) => ({ registered: { version: 2, gameDay, registeredBy: 'bob' } });
    expect(look(approved, start - minuteMs, [], now(moved)).stopped?.code).toBe('moved');
    const window = { date: '2026-12-04', from: '09:00', to: '12:00', timezone: 'UTC' };
    const changed = look(approved, start - minuteMs, [], now({ ...day, window, steps: [{ run: 'b' }] }));
    expect([changed.phase, changed.approval]).toEqual(['awaiting-approval', null]);
    expect(decideSession(changed, { ...approval, seq: asked.seq }).session.approval).toBeNull();
  });

  it('takes an approval of what was asked alone, and none after the kill switch', () => {
    const settings = { ...requestFor(day).settings, approvalRequired: true };
    const asked = newSession(day, { settings }, start - hour);
    const approval = { type: 'approval', at: start - hour, by: 'ada', approved: true } as const;
    expect(decideSession(asked, { ...approval, seq: asked.seq, generation: 1 }).session).toBe(asked);
    expect(decideSession(asked, { ...approval, seq: asked.seq + 1, generation: 0 }).session).toBe(asked);
    const declined = decideSession(asked, { ...approval, approved: false, seq: 0, generation: 0 }).session;
    expect([declined.phase, declined.stopped?.code]).toEqual(['ended', 'not-approved']);
    const expired = look(asked, start + 1);
    expect([expired.phase, expired.stopped?.code]).toEqual(['ended', 'approval-expired']);
  });

  it.each([
    [true, 1],
    [true, 0],
    [false, 1],
  ])('ends with the kill switch: on %s, generation %d', (on, generation) => {
    const killSwitch = { on, generation };
    expect(look(newSession(day, {}, start - hour), start - hour, [], { killSwitch }).stopped?.code).toBe(
      'kill-switch',
    );
  });
});

describe('a start whose outcome is not known', () => {
  it('is begun again once its lease is over and there is no run, and counts where there is one', () => {
    const session = newSession(gameDay([{ run: 'a' }]));
    const run = session.steps[0]?.runs[0]?.run ?? '';
    const none = [{ run, seen: null }];
    expect(look(session, start + 89_999, none).steps).toEqual(session.steps);
    const again = look(session, start + 90_000, none);
    expect(commands(again).filter((type) => type === 'start-run')).toHaveLength(1);
    expect(again.outbox.map(({ id }) => id)).not.toEqual(session.outbox.map(({ id }) => id));
    const there = look(session, start + 1000, [
      { run, seen: { phase: 'observing', outcome: null, abort: null } },
    ]);
    expect(there.steps[0]?.runs[0]?.state).toBe('under-way');
    expect(commands(there)).not.toContain('start-run');
  });

  it('keeps a game day that was ended from ending before it is known', () => {
    const session = newSession(gameDay([{ run: 'a' }]));
    const stopping = decideSession(session, { type: 'abort', at: start, by: 'ada' }).session;
    expect(stopping.phase).toBe('running');
    const late = started(stopping, start + 1000);
    expect(commands(late)).toContain('abort-run');
    expect(late.phase).toBe('running');
    const run = session.steps[0]?.runs[0]?.run ?? '';
    expect(look(stopping, start + 90_000, [{ run, seen: null }]).phase).toBe('ended');
  });
});

it('holds the next step up while a run of an earlier one is open again', () => {
  const session = started(
    newSession(gameDay([{ run: 'a' }, { pause: { say: 'Wait.', until: minuteMs } }, { run: 'b' }])),
    start,
  );
  const paused = look(session, start, [ended(session, 'a', 'held')]);
  const run = session.steps[0]?.runs[0]?.run ?? '';
  const open = look(paused, start + 2 * minuteMs, [
    { run, seen: { phase: 'reverting', outcome: outcomes.held, abort: null } },
  ]);
  expect(states(open)).toEqual(['done', 'done', 'waiting']);
  expect(states(look(open, start + 3 * minuteMs, [ended(session, 'a', 'held')]))).toEqual([
    'done',
    'done',
    'running',
  ]);
});
