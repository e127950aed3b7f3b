import { openController } from '../../src/controller/controller.ts';
import { stopFor, type Stopped } from '../../src/controller/stop.ts';
import { stopRequestOf } from '../../src/triggers/stop-request.ts';

const controller = openController();

/** A person stops one run, or all of them by the kill switch. */
export function handler(event: unknown): Promise<Stopped> {
  return stopFor(controller, stopRequestOf(event));
}
