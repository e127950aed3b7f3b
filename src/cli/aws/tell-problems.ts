import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { FileProblem } from '../input/file-problem.ts';
import { formatProblems, problemsAsJson } from '../input/format-problems.ts';

/** Nothing was sent. */
export function tellProblems(
  problems: readonly FileProblem[],
  json: boolean,
  { stdout, stderr, color }: CliContext,
  closing = 'Nothing was registered.',
): ExitCode {
  if (json) stdout.write(`${JSON.stringify({ problems: problemsAsJson(problems) }, null, 2)}\n`);
  else stderr.write(`${formatProblems(problems, { color })}\n${closing}\n`);
  return exitCodes.badInput;
}
