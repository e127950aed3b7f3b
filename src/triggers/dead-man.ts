import type { DeadManInput } from '../engine/dead-man.ts';
import { validateDeadManMessage } from '../generated/validate-dead-man.js';
import { InvalidEventError } from './invalid-event.ts';

/** What a run's dead-man schedule carries. */
export function deadManOf(event: unknown): DeadManInput & { readonly schedule: string } {
  if (!validateDeadManMessage(event))
    throw new InvalidEventError('input of a dead-man', validateDeadManMessage.errors);
  // The engine wrote it when it armed the schedule, and nobody else may: its parts are its own types.
  return event as unknown as DeadManInput & { readonly schedule: string };
}
