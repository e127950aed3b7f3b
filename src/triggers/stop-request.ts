import type { StopMessage } from '../generated/types.ts';
import { validateStopMessage } from '../generated/validate-stop.js';
import { InvalidEventError } from './invalid-event.ts';

/** A person's request to stop a run, or all of them. */
export function stopRequestOf(event: unknown): StopMessage {
  if (!validateStopMessage(event)) throw new InvalidEventError('request to stop', validateStopMessage.errors);
  return event;
}
