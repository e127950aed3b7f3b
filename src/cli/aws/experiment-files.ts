import { startsOf } from '../../core/triggers.ts';
import type { Experiment } from '../../generated/types.ts';
import { errorsByService } from '../../layer/aws-errors.ts';
import type { Registration } from '../../registry/register.ts';
import { FailureError, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { FileProblem } from '../input/file-problem.ts';
import { type ReadExperiment, readExperimentFile } from '../input/read-file.ts';
import { ask } from './ask.ts';
import type { Remote } from './remote.ts';

/** The controller stores no longer text. */
const longestText = 100_000;
/** Each takes several calls of AWS, and the function has 30 seconds. */
const perRequest = 10;

export interface ExperimentFile extends ReadExperiment {
  readonly file: string;
}

export type ReadFiles =
  | { readonly ok: true; readonly files: readonly ExperimentFile[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Reads every file, or tells everything that is wrong in any of them. */
export function readExperimentFiles(
  paths: readonly string[],
  stage: string,
  { cwd }: Pick<CliContext, 'cwd'>,
): ReadFiles {
  const files: ExperimentFile[] = [];
  const problems: FileProblem[] = [];
  for (const file of paths) {
    const read = readExperimentFile(file, { stage, errorsByService, cwd });
    if (!read.ok) problems.push(...read.problems);
    else files.push({ ...read, file });
  }
  if (problems.length > 0) return { ok: false, problems };
  requireApart(files);
  return { ok: true, files };
}

function requireApart(files: readonly ExperimentFile[]): void {
  const byName = new Map<string, string>();
  for (const { file, experiment, source } of files) {
    const other = byName.get(experiment.name);
    if (other !== undefined)
      throw new UsageError(
        `"${other}" and "${file}" both hold an experiment named ${experiment.name}`,
        'give each a name of its own: the second would replace the first',
      );
    byName.set(experiment.name, file);
    if (source.text.length > longestText)
      throw new UsageError(
        `"${file}" has ${source.text.length} characters`,
        `the controller keeps files of at most ${longestText}`,
      );
  }
}

/** What became of one file. */
export interface RegisteredFile {
  readonly file: string;
  readonly experiment: Experiment;
  readonly result: 'new' | 'changed' | 'unchanged' | 'refused';
  readonly version: number | null;
  readonly problems: readonly FileProblem[];
}

/** Sends the files, some at a time. What the controller refuses is told at its place in the file. */
export async function registerFiles(
  remote: Remote,
  files: readonly ExperimentFile[],
  by: string,
  onRegistered: (files: readonly RegisteredFile[]) => void = () => undefined,
): Promise<readonly RegisteredFile[]> {
  const registered: RegisteredFile[] = [];
  for (let start = 0; start < files.length; start += perRequest) {
    const some = files.slice(start, start + perRequest);
    const { registrations } = await ask(remote, {
      inoculate: 'register/1',
      by,
      experiments: some.map(({ file, source, authored }) => ({
        file: file.slice(-1024),
        text: source.text,
        experiment: { ...authored },
      })),
    });
    const results = some.map((file, index) => resultOf(file, registrations[index]));
    onRegistered(results);
    registered.push(...results);
  }
  return registered;
}

function resultOf(read: ExperimentFile, registration: Registration | undefined): RegisteredFile {
  const { file, experiment } = read;
  if (registration === undefined)
    throw new FailureError(`The controller did not say what became of "${file}"`, {
      exitCode: exitCodes.internal,
      help: 'register it again: the same file again changes nothing',
    });
  if (registration.result !== 'refused')
    return { file, experiment, result: registration.result, version: registration.version, problems: [] };
  return {
    file,
    experiment,
    result: 'refused',
    version: null,
    problems: read.locate(
      registration.problems.map((problem) => ({ ...problem, path: pathOf(problem.path) })),
    ),
  };
}

/** Positions in lists come as text from a schema's error. */
function pathOf(path: readonly (string | number)[]): readonly (string | number)[] {
  return path.map((part) => (typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part));
}

/** "cron(0 10 ? * TUE *) Europe/Berlin; 5m after the stack shop-dev is deployed"; "on request only". */
export function startedBy(experiment: Pick<Experiment, 'schedule' | 'triggers'>): string {
  const parts = startsOf(experiment);
  return parts.length === 0 ? 'on request only' : parts.join('; ');
}
