import type { CliContext } from '../context.ts';
import { kindOfText } from '../input/check-text.ts';
import type { FileProblem } from '../input/file-problem.ts';
import { openFile } from '../input/open-file.ts';
import { type ReadGameDay, readGameDayFile } from '../input/read-gameday.ts';
import { ask } from './ask.ts';
import { type Outcome, registerInParts } from './register-in-parts.ts';
import type { Remote } from './remote.ts';

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

export type RegisteredGameDayFile = GameDayFile & Outcome;

/** Sends the files, and tells what became of each. */
export function registerGameDayFiles(
  remote: Remote,
  files: readonly GameDayFile[],
  by: string,
): Promise<readonly RegisteredGameDayFile[]> {
  return registerInParts(files, async (some) => {
    const gameDays = some.map(({ file, source, authored }) => ({
      file: file.slice(-1024),
      text: source.text,
      gameDay: { ...authored },
    }));
    return (await ask(remote, { inoculate: 'register/1', by, experiments: [], gameDays })).gameDays;
  });
}
