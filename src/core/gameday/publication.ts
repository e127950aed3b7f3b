import type { GameDayStateChangeMessage } from '../../generated/types.ts';
import { titleOf } from './definition.ts';
import type { Session } from './session.ts';

/** What is told of a session, without its steps: those are added as they stand when it is published. */
export type SessionPublication = Pick<
  GameDayStateChangeMessage,
  'seq' | 'at' | 'phase' | 'kind' | 'reason' | 'step'
>;

/** `Game Day State Change`: told once per session and sequence number. */
export type GameDayStateChange = GameDayStateChangeMessage;

export function changeOf(session: Session, publication: SessionPublication): GameDayStateChange {
  const { gameDay } = session;
  return {
    session: session.id,
    gameDay: gameDay.name,
    purpose: gameDay.purpose ?? null,
    ...publication,
    requestedBy: session.requestedBy,
    generation: session.killSwitchGeneration,
    startAt: session.startAt,
    endsAt: session.endsAt,
    thread: session.id,
    channels: gameDay.notify ?? [],
    steps: session.steps.map(({ state, reason, runs }, index) => ({
      step: index + 1,
      title: titleOf(gameDay.steps[index]),
      state,
      reason,
      runs: runs.map(({ experiment, run, phase, outcome }) => ({
        experiment,
        run,
        phase,
        outcome: outcome?.result ?? null,
        reason: outcome?.reason ?? null,
      })),
    })),
    stopped: session.stopped === null ? null : { ...session.stopped },
  };
}
