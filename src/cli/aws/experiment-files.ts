import { startsOf } from '../../core/triggers.ts';
import type { Experiment } from '../../generated/types.ts';
import { dependencyTrouble } from '../../layer/aws/trouble.ts';
import type { Registration } from '../../registry/register.ts';
import { UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { FileProblem } from '../input/file-problem.ts';
import { type ReadExperiment, readExperimentFile } from '../input/read-file.ts';
import { ask } from './ask.ts';
import { type Outcome, registerInParts } from './register-in-parts.ts';
import type { Remote } from './remote.ts';

/** The controller stores no longer text. */
const longestText = 100_000;

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
    const read = readExperimentFile(file, { stage, dependencyTrouble, cwd });
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

export type RegisteredFile = ExperimentFile & Outcome;

/** Sends the files, and tells what became of each. */
export function registerFiles(
  remote: Remote,
  files: readonly ExperimentFile[],
  by: string,
  onRegistered?: (files: readonly RegisteredFile[]) => void,
): Promise<readonly RegisteredFile[]> {
  const register = async (some: readonly ExperimentFile[]): Promise<readonly Registration[]> => {
    const experiments = some.map(({ file, source, authored }) => ({
      file: file.slice(-1024),
      text: source.text,
      experiment: { ...authored },
    }));
    return (await ask(remote, { inoculate: 'register/1', by, experiments })).registrations;
  };
  return registerInParts(files, register, onRegistered);
}

/** "cron(0 10 ? * TUE *) Europe/Berlin; 5m after the stack shop-dev is deployed"; "on request only". */
export function startedBy(experiment: Pick<Experiment, 'schedule' | 'triggers'>): string {
  const parts = startsOf(experiment);
  return parts.length === 0 ? 'on request only' : parts.join('; ');
}
