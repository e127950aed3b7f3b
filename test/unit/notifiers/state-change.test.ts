import { stateChangeOf } from '../../../src/triggers/state-change.ts';
import { plans } from '../report/support/plans.ts';
import { syntheticRun } from '../report/support/synthetic-run.ts';
import { changesOf, sessionChange } from '../../support/mail/changes.ts';

const event = (detail: unknown): string => JSON.stringify({ source: 'inoculate', detail });

describe('a change in a message of the queue', () => {
  it('is one of a run or of a game day', () => {
    const [change] = changesOf(syntheticRun(plans.held));
    expect(stateChangeOf(event(change))).toEqual({ of: 'run', change });
    expect(stateChangeOf(event(sessionChange()))).toEqual({ of: 'session', change: sessionChange() });
  });

  it.each([
    ['no JSON', 'x'],
    ['no detail', '{}'],
    ['nothing that is known', event({ runId: 'a.manual.b' })],
    ['half a session', event({ session: 'december.session.x' })],
    ['a run that claims to be a session', event({ ...changesOf(syntheticRun(plans.held))[0], session: 'x' })],
  ])('is refused where it is %s', (_, body) => {
    expect(() => stateChangeOf(body)).toThrow(/change of a/);
  });
});
