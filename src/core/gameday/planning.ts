import type { EpochMs } from '../ids.ts';
import { experimentsOf } from './definition.ts';
import { sessionRunIdOf } from './session-id.ts';
import type { Session, SessionStep } from './session.ts';

/** Every step of a game day, before any of them. */
export function newSteps(of: Pick<Session, 'slot' | 'gameDay'>, at: EpochMs): readonly SessionStep[] {
  return of.gameDay.steps.map((step, index) => ({
    state: 'waiting',
    since: at,
    reason: null,
    runs: experimentsOf(step).map((experiment, place) => ({
      experiment,
      run: sessionRunIdOf(experiment, of, index + 1, place + 1),
      state: 'waiting',
      phase: null,
      outcome: null,
      abort: null,
      aborting: false,
    })),
  }));
}

/** Those that are still to come; what is announced by being made needs no reminder in the same moment. */
export function announcementsOf(
  { gameDay, startAt }: Pick<Session, 'gameDay' | 'startAt'>,
  at: EpochMs,
): readonly EpochMs[] {
  return (gameDay.announce ?? [])
    .map((lead) => startAt - lead)
    .filter((due) => due > at)
    .sort((a, b) => a - b);
}
