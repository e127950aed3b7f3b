import type { RunId, SessionId } from '../core/ids.ts';
import { validateGameDayStateChangeMessage } from '../generated/validate-game-day-state-change.js';
import { validateRunStateChangeMessage } from '../generated/validate-run-state-change.js';
import { InvalidEventError } from './invalid-event.ts';

/** What an event of the bus says has ended. */
export type Ended = { readonly run: RunId } | { readonly session: SessionId };

/** An event of the bus, as EventBridge hands it to a function, that tells of the end of a run or of a session. */
export function endedOf(event: unknown): Ended {
  const detail = typeof event === 'object' && event !== null && 'detail' in event ? event.detail : undefined;
  if (typeof detail === 'object' && detail !== null && 'session' in detail) {
    if (!validateGameDayStateChangeMessage(detail))
      throw new InvalidEventError('change of a game day', validateGameDayStateChangeMessage.errors);
    return { session: detail.session };
  }
  if (!validateRunStateChangeMessage(detail))
    throw new InvalidEventError('change of a run', validateRunStateChangeMessage.errors);
  return { run: detail.runId };
}
