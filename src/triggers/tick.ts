import type { TickMessage } from '../generated/types.ts';
import { validateTickMessage } from '../generated/validate-tick.js';
import { InvalidEventError } from './invalid-event.ts';

/** The body of a message in the queue of ticks. */
export function tickOf(body: string): TickMessage {
  const message = json(body);
  if (!validateTickMessage(message)) throw new InvalidEventError('tick', validateTickMessage.errors);
  return message;
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
