import type { EpochMs, RunId, SessionId } from '../ids.ts';
import { runIdOf } from '../run-id.ts';
import type { Session, SessionSlot } from './session.ts';

/** As much of a request's id as tells it from others, so that a run's id has room for the rest. */
const requestChars = 16;

/** The same slot of the same game day is always the same session. */
export function sessionIdOf(gameDay: string, slot: Pick<SessionSlot, 'id'>): SessionId {
  return `${gameDay}.session.${slot.id.replaceAll(/[^A-Za-z0-9:_-]/g, '_')}`.slice(0, 128);
}

/** The same place in the same session is always the same run. Steps and their experiments count from 1. */
export function sessionRunIdOf(
  experiment: string,
  session: Pick<Session, 'slot'> & { readonly gameDay: { readonly name: string } },
  step: number,
  index: number,
): RunId {
  return runIdOf(experiment, { kind: 'gameday', id: gameDaySlotId(session, step, index) });
}

export function gameDaySlotId(
  { slot, gameDay }: Pick<Session, 'slot'> & { readonly gameDay: { readonly name: string } },
  step: number,
  index: number,
): string {
  const which = slot.kind === 'scheduled' ? minute(slot.at) : slot.id.slice(0, requestChars);
  return `${which}_${step}.${index}_${gameDay.name}`.replaceAll(/[^A-Za-z0-9:_-]/g, '_');
}

/** `2026-12-04T0900Z` */
function minute(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 16).replace(':', '')}Z`;
}

export function isSessionId(text: string): boolean {
  return /^[a-z][a-z0-9-]*\.session\.[A-Za-z0-9:_-]+$/.test(text);
}
