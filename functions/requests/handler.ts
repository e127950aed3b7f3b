import { openController } from '../../src/controller/controller.ts';
import { type Answer, answer } from '../../src/controller/requests.ts';
import { requestOf } from '../../src/triggers/request.ts';

const controller = openController();

/** What the command line asks: to register experiments, and to tell of them and their runs. Nothing here starts a run. */
export function handler(event: unknown): Promise<Answer> {
  return answer(controller, requestOf(event));
}
