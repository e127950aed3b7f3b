import { openController } from '../../src/controller/controller.ts';
import { log } from '../../src/controller/log.ts';
import { type Started, startRun } from '../../src/controller/start.ts';
import { startRequestOf } from '../../src/triggers/start-request.ts';

const controller = openController();

/** A schedule's slot, an event that matched a trigger, a request event, or a person's request: a run, or why there is none. */
export async function handler(event: unknown): Promise<Started> {
  const request = startRequestOf(event);
  const started = await startRun(controller, request);
  log('info', 'asked for a run', { experiment: request.experiment, by: request.by, ...started });
  return started;
}
