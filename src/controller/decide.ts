import { type Decided, decideOnRun, type DecisionRequest } from './approve.ts';
import type { Controller } from './controller.ts';
import { isSessionId } from '../core/gameday/session-id.ts';
import { approveSession } from './gameday/approve.ts';

/** Decides on a run that waits, or on the session of a game day, by what its id says that it is. */
export function decideOn(controller: Controller, request: DecisionRequest): Promise<Decided> {
  return isSessionId(request.run) ? approveSession(controller, request) : decideOnRun(controller, request);
}
