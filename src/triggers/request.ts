import type { RequestMessage } from '../generated/types.ts';
import { validateRequestMessage } from '../generated/validate-request.js';
import { InvalidEventError } from './invalid-event.ts';

/** What the command line asks the controller. */
export function requestOf(event: unknown): RequestMessage {
  if (!validateRequestMessage(event)) throw new InvalidEventError('request', validateRequestMessage.errors);
  return event;
}
