import type { Path, Problem } from '../../core/problem.ts';
import type { Registration } from '../../registry/register.ts';
import { FailureError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { FileProblem } from '../input/file-problem.ts';

/** Each file takes several calls of AWS, and the function has 30 seconds. */
const perRequest = 10;

/** A file that was read and is valid. */
export interface ReadFile {
  readonly file: string;
  readonly locate: (problems: readonly Problem[]) => readonly FileProblem[];
}

/** What became of one file. */
export interface Outcome {
  readonly file: string;
  readonly result: 'new' | 'changed' | 'unchanged' | 'refused';
  readonly version: number | null;
  readonly problems: readonly FileProblem[];
}

/**
 * Sends files, some at a time. What the controller refuses is told at its place in the file.
 * @param register asks the controller; its answers are in the order of the files
 */
export async function registerInParts<F extends ReadFile>(
  files: readonly F[],
  register: (some: readonly F[]) => Promise<readonly Registration[]>,
  onRegistered: (some: readonly (F & Outcome)[]) => void = () => undefined,
): Promise<readonly (F & Outcome)[]> {
  const registered: (F & Outcome)[] = [];
  for (let start = 0; start < files.length; start += perRequest) {
    const some = files.slice(start, start + perRequest);
    const answers = await register(some);
    const outcomes = some.map((file, index) => ({ ...file, ...outcomeOf(file, answers[index]) }));
    onRegistered(outcomes);
    registered.push(...outcomes);
  }
  return registered;
}

function outcomeOf({ file, locate }: ReadFile, registration: Registration | undefined): Outcome {
  if (registration === undefined)
    throw new FailureError(`The controller did not say what became of "${file}"`, {
      exitCode: exitCodes.internal,
      help: 'register it again: the same file again changes nothing',
    });
  if (registration.result !== 'refused')
    return { file, result: registration.result, version: registration.version, problems: [] };
  const problems = registration.problems.map((problem) => ({ ...problem, path: numbered(problem.path) }));
  return { file, result: 'refused', version: null, problems: locate(problems) };
}

/** Positions in lists come as text from a schema's error. */
function numbered(path: Path): Path {
  return path.map((part) => (typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part));
}
