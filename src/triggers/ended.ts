import type { RunId } from '../core/ids.ts';
import { validateRunStateChangeMessage } from '../generated/validate-run-state-change.js';
import { InvalidEventError } from './invalid-event.ts';

/** What an event of the bus says has ended. */
export interface Ended {
  readonly run: RunId;
}

/** An event of the bus, as EventBridge hands it to a function, that tells of an end. */
export function endedOf(event: unknown): Ended {
  const detail = typeof event === 'object' && event !== null && 'detail' in event ? event.detail : undefined;
  if (!validateRunStateChangeMessage(detail))
    throw new InvalidEventError('change of a run', validateRunStateChangeMessage.errors);
  return { run: detail.runId };
}
