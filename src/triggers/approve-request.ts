import type { ApproveMessage } from '../generated/types.ts';
import { validateApproveMessage } from '../generated/validate-approve.js';
import { InvalidEventError } from './invalid-event.ts';

/** Somebody at the command line decides on a run that waits. */
export function approveRequestOf(event: unknown): ApproveMessage {
  if (!validateApproveMessage(event))
    throw new InvalidEventError('decision on a run', validateApproveMessage.errors);
  return event;
}
