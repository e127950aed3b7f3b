import type { Session } from '../../../src/core/gameday/session.ts';
import type { GameDay } from '../../../src/generated/types.ts';
import { newSession } from '../gameday/world.ts';
import { type Answers, type Called, cli } from './aws-support.ts';

const gameDay: GameDay = {
  inoculate: 'gameday/1',
  name: 'big',
  purpose: 'Learn whether the shop keeps selling.',
  steps: [
    { run: 'pricing-slow' },
    { pause: { say: 'Read it together', until: 'approved', atMost: 600_000 } },
  ],
};
const paused: Session = { ...newSession(gameDay), phase: 'paused', seq: 4 };
const { id } = paused;
const answers = (more: Answers = {}): Answers => ({
  'session/1': { result: 'session', session: paused },
  'sessions/1': { result: 'sessions', sessions: [{ ...paused, gameDay: 'big', tally: '1 held' }] },
  ...more,
});
const by = 'ada (Admin)';

function gameday(...args: readonly string[]): (more?: Answers) => Promise<Called> {
  return (more) => cli(['gameday', ...args], answers(more));
}

describe('gameday', () => {
  it('starts a session under an id of its own, and shows it', async () => {
    const { code, out, sent } = await gameday(
      'start',
      'big',
    )({
      'gameday-start/1': { result: 'started', session: id },
    });
    expect(code).toBe(0);
    expect(sent[0]).toMatchObject({
      to: 'planner',
      message: {
        inoculate: 'gameday-start/1',
        gameDay: 'big',
        by,
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
      },
    });
    expect(out).toContain(`${id}\n  paused since`);
    expect(out).toContain('step 1  running  pricing-slow');
  });

  it.each([
    [
      'outside its window',
      { code: 'outside-window', reason: 'It has a window.' },
      3,
      'Refused: It has a window.',
    ],
    [
      'that is not registered',
      { code: 'unknown-gameday', reason: 'No game day big.' },
      2,
      'No game day big.',
    ],
  ])('says why it does not start one %s', async (_name, refused, expected, told) => {
    const { code, err } = await gameday(
      'start',
      'big',
    )({
      'gameday-start/1': { result: 'refused', ...refused },
    });
    expect(code).toBe(expected);
    expect(err).toContain(told);
  });

  it('lets a pause end as it was shown, by the name of the game day or the id of its session', async () => {
    for (const name of ['big', id]) {
      const { code, sent } = await gameday(
        'continue',
        name,
      )({
        'gameday-continue/1': { result: 'continued', session: id, phase: 'running' },
      });
      expect(code).toBe(0);
      expect(sent.find(({ to }) => to === 'planner')).toEqual({
        to: 'planner',
        message: { inoculate: 'gameday-continue/1', session: id, seq: 4, by },
      });
    }
  });

  it('ends a session by the function that ends runs', async () => {
    const { code, out, sent } = await gameday(
      'abort',
      'big',
    )({
      'abort-session/1': { result: 'session-stopped', session: id, phase: 'running' },
    });
    expect(code).toBe(0);
    expect(out).toContain(`${id} is ended by ${by}`);
    expect(sent).toContainEqual({ to: 'stop', message: { inoculate: 'abort-session/1', session: id, by } });
  });

  it('tells what is under way, and how to go on', async () => {
    expect((await gameday('status')()).out).toContain(`${id}  `);
    expect((await gameday('status', 'big')()).out).toContain(`To go on: inoculate gameday continue ${id}`);
    const none = await gameday('status')({ 'sessions/1': { result: 'sessions', sessions: [] } });
    expect(none.out).toBe('No game day is under way or announced.\n');
  });

  it.each([
    [['status', 'Big Day'], 'is neither a session'],
    [['start'], 'needs a name'],
    [['begin', 'big'], 'does not know what to do with "begin"'],
  ])('%j is bad input', async (args, told) => {
    const { code, err, sent } = await gameday(...args)();
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toContain(told);
  });

  it.each([
    ['approve', 'approved', 'is approved, and begins at'],
    ['decline', 'declined', 'is declined: it will not begin'],
  ])('%s decides on the whole of it, as it was shown and with a proof', async (decision, result, told) => {
    const { code, out, sent } = await cli(
      [decision, id],
      answers({ 'approve/1': { result, run: id, phase: 'announced', startAt: 0 } }),
    );
    expect(code).toBe(0);
    expect(out).toContain(told);
    expect(sent.at(-1)).toMatchObject({
      to: 'approve',
      message: { inoculate: 'approve/1', run: id, decision, seq: 4, proof: expect.anything() },
    });
  });
});
