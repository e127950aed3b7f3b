import { assertNever } from '../../core/assert.ts';
import type { Run } from '../../core/run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** What an ended run tells the shell. */
export function exitCodeOf({ outcome }: Pick<Run, 'outcome'>): ExitCode {
  if (outcome === null) return exitCodes.internal;
  switch (outcome.result) {
    case 'completed':
      return { held: exitCodes.held, deviated: exitCodes.deviated, inconclusive: exitCodes.inconclusive }[
        outcome.verdict.verdict
      ];
    case 'aborted':
      return outcome.verdict.verdict === 'deviated' ? exitCodes.deviated : abortedCode(outcome.reason.code);
    case 'refused':
      return outcome.code === 'person' ? exitCodes.aborted : exitCodes.refused;
    case 'errored':
      return exitCodes.internal;
    default:
      return assertNever(outcome);
  }
}

/** Where the control group is unwell too, nothing is known of the fault: that is no verdict, and no abort by anybody. */
function abortedCode(code: string): ExitCode {
  return code === 'steady-state-absent' ? exitCodes.inconclusive : exitCodes.aborted;
}
