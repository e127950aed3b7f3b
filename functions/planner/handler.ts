import { openController } from '../../src/controller/controller.ts';
import { planner, type Planned } from '../../src/controller/gameday/planner.ts';
import { plannerRequestOf } from '../../src/triggers/planner-request.ts';

const controller = openController();

/** Each minute, at the start of a game day, with each run of one that ends, and where a person asks. */
export function handler(event: unknown): Promise<Planned> {
  return planner(controller, plannerRequestOf(event));
}
