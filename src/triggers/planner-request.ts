import type { EpochMs, SessionId } from '../core/ids.ts';
import { validatePlannerMessage } from '../generated/validate-planner.js';
import { validateRunStateChangeMessage } from '../generated/validate-run-state-change.js';
import { InvalidEventError } from './invalid-event.ts';

/** What the planner is to do. */
export type PlannerRequest =
  | { readonly type: 'minute' }
  /** A run of this session has changed. */
  | { readonly type: 'changed'; readonly session: SessionId }
  | { readonly type: 'slot'; readonly gameDay: string; readonly at: EpochMs }
  | {
      readonly type: 'start';
      readonly gameDay: string;
      readonly id: string;
      readonly by: string;
      readonly at: EpochMs;
    }
  | { readonly type: 'continue'; readonly session: SessionId; readonly seq: number; readonly by: string };

/** Its minute, a game day's schedule, a person's request, or the bus' event of a run that belongs to a game day. */
export function plannerRequestOf(event: unknown): PlannerRequest {
  if (typeof event === 'object' && event !== null && 'detail-type' in event) return changeOf(event);
  if (!validatePlannerMessage(event))
    throw new InvalidEventError('request to the planner', validatePlannerMessage.errors);
  switch (event.inoculate) {
    case 'minute/1':
      return { type: 'minute' };
    case 'gameday-slot/1':
      return { type: 'slot', gameDay: event.gameDay, at: Date.parse(event.at) };
    case 'gameday-start/1': {
      const { gameDay, id, by, at } = event;
      return { type: 'start', gameDay, id, by, at: Date.parse(at) };
    }
    case 'gameday-continue/1': {
      const { session, seq, by } = event;
      return { type: 'continue', session, seq, by };
    }
  }
}

function changeOf(event: object): PlannerRequest {
  const detail = 'detail' in event ? event.detail : undefined;
  if (!validateRunStateChangeMessage(detail))
    throw new InvalidEventError('change of a run', validateRunStateChangeMessage.errors);
  if (detail.gameDay === null)
    throw new InvalidEventError('run of a game day', [
      { instancePath: '/detail/gameDay', message: 'is null' },
    ]);
  return { type: 'changed', session: detail.gameDay.session };
}
