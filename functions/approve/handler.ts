import { type ApproveAnswer, approveWithProof, groupsOf } from '../../src/controller/approve-with-proof.ts';
import { openController } from '../../src/controller/controller.ts';
import { approveRequestOf } from '../../src/triggers/approve-request.ts';

const controller = openController();
const readGroups = groupsOf(controller);

/** Somebody at the command line approves, declines or postpones a run, with a proof of who they are. */
export function handler(event: unknown): Promise<ApproveAnswer> {
  return approveWithProof(controller, approveRequestOf(event), readGroups);
}
