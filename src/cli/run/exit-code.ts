import { assertNever } from '../../core/assert.ts';
import type { AbortReason, Run } from '../../core/run.ts';
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
      return outcome.verdict.verdict === 'deviated' ? exitCodes.deviated : abortedCode(outcome.reason);
    case 'refused':
      return outcome.code === 'person' ? exitCodes.aborted : exitCodes.refused;
    case 'errored':
      return exitCodes.internal;
    default:
      return assertNever(outcome);
  }
}

/** An abort on the data that ends without a verdict was nobody's: the run could not tell. */
function abortedCode({ code }: AbortReason): ExitCode {
  switch (code) {
    case 'deviation':
    case 'steady-state-absent':
    case 'not-measurable':
      return exitCodes.inconclusive;
    case 'alarm':
    case 'person':
    case 'kill-switch':
    case 'deadline':
    case 'apply-failed':
    case 'apply-unknown':
    case 'not-ready':
      return exitCodes.aborted;
    default:
      return assertNever(code);
  }
}
