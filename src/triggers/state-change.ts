import type { RunStateChangeMessage } from '../generated/types.ts';
import { validateRunStateChangeMessage } from '../generated/validate-run-state-change.js';
import { InvalidEventError } from './invalid-event.ts';

/** An event of the bus in a message of a queue: the change that it tells of. */
export function stateChangeOf(body: string): RunStateChangeMessage {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    event = undefined;
  }
  const detail = typeof event === 'object' && event !== null && 'detail' in event ? event.detail : undefined;
  if (!validateRunStateChangeMessage(detail))
    throw new InvalidEventError('change of a run', validateRunStateChangeMessage.errors);
  return detail;
}
