import type { GameDayStateChangeMessage, RunStateChangeMessage } from '../generated/types.ts';
import { validateGameDayStateChangeMessage } from '../generated/validate-game-day-state-change.js';
import { validateRunStateChangeMessage } from '../generated/validate-run-state-change.js';
import { InvalidEventError } from './invalid-event.ts';

/** A change of a run, or of a game day's session. */
export type StateChange =
  | { readonly of: 'run'; readonly change: RunStateChangeMessage }
  | { readonly of: 'session'; readonly change: GameDayStateChangeMessage };

/** An event of the bus in a message of a queue: the change that it tells of. */
export function stateChangeOf(body: string): StateChange {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    event = undefined;
  }
  const detail = typeof event === 'object' && event !== null && 'detail' in event ? event.detail : undefined;
  const session = typeof detail === 'object' && detail !== null && 'session' in detail;
  if (session && validateGameDayStateChangeMessage(detail)) return { of: 'session', change: detail };
  if (!session && validateRunStateChangeMessage(detail)) return { of: 'run', change: detail };
  throw session
    ? new InvalidEventError('change of a game day', validateGameDayStateChangeMessage.errors)
    : new InvalidEventError('change of a run', validateRunStateChangeMessage.errors);
}
