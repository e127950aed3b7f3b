import type { Registration } from '../../registry/register.ts';
import type { GameDay } from '../../generated/types.ts';
import { FailureError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { kindOfText } from '../input/check-text.ts';
import type { FileProblem } from '../input/file-problem.ts';
import { openFile } from '../input/open-file.ts';
import { type ReadGameDay, readGameDayFile } from '../input/read-gameday.ts';
import { ask } from './ask.ts';
import type { Remote } from './remote.ts';

/** Each takes several calls of AWS, and the function has 30 seconds. */
const perRequest = 10;

export interface GameDayFile extends ReadGameDay {
  readonly file: string;
}

export type ReadGameDays =
  | { readonly ok: true; readonly files: readonly GameDayFile[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Which of these files hold game days, by what they say themselves. */
export function gameDaysAmong(
  paths: readonly string[],
  { cwd }: Pick<CliContext, 'cwd'>,
): { readonly gameDays: readonly string[]; readonly others: readonly string[] } {
  const isGameDay = (path: string): boolean => {
    const opened = openFile(path, { cwd });
    return opened.ok && kindOfText(opened.source) === 'gameday';
  };
  const gameDays = paths.filter(isGameDay);
  return { gameDays, others: paths.filter((path) => !gameDays.includes(path)) };
}

/** Reads every file, or tells everything that is wrong in any of them. */
export function readGameDayFiles(
  paths: readonly string[],
  stage: string,
  { cwd }: Pick<CliContext, 'cwd'>,
): ReadGameDays {
  const read = paths.map((file) => ({
    file,
    read: readGameDayFile(file, { stage, cwd, besideOnly: false }),
  }));
  const problems = read.flatMap(({ read: one }) => (one.ok ? [] : one.problems));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, files: read.flatMap(({ file, read: one }) => (one.ok ? [{ ...one, file }] : [])) };
}

/** What became of one file. */
export interface RegisteredGameDayFile {
  readonly file: string;
  readonly gameDay: GameDay;
  readonly result: 'new' | 'changed' | 'unchanged' | 'refused';
  readonly version: number | null;
  readonly problems: readonly FileProblem[];
}

/** Sends the files, some at a time. What the controller refuses is told at its place in the file. */
export async function registerGameDayFiles(
  remote: Remote,
  files: readonly GameDayFile[],
  by: string,
): Promise<readonly RegisteredGameDayFile[]> {
  const registered: RegisteredGameDayFile[] = [];
  for (let start = 0; start < files.length; start += perRequest) {
    const some = files.slice(start, start + perRequest);
    const { gameDays } = await ask(remote, {
      inoculate: 'register/1',
      by,
      experiments: [],
      gameDays: some.map(({ file, source, authored }) => ({
        file: file.slice(-1024),
        text: source.text,
        gameDay: { ...authored },
      })),
    });
    registered.push(...some.map((file, index) => resultOf(file, gameDays[index])));
  }
  return registered;
}

function resultOf(read: GameDayFile, registration: Registration | undefined): RegisteredGameDayFile {
  const { file, gameDay } = read;
  if (registration === undefined)
    throw new FailureError(`The controller did not say what became of "${file}"`, {
      exitCode: exitCodes.internal,
      help: 'register it again: the same file again changes nothing',
    });
  if (registration.result !== 'refused')
    return { file, gameDay, result: registration.result, version: registration.version, problems: [] };
  const problems = read.locate(registration.problems);
  return { file, gameDay, result: 'refused', version: null, problems };
}
