import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../../core/gameday/checks.ts';
import { findGameDayProblems, resolveGameDay } from '../../core/gameday/resolve.ts';
import type { Problem } from '../../core/problem.ts';
import { isMapping } from '../../core/schema-branch.ts';
import { suggest } from '../../core/suggest.ts';
import type { GameDay } from '../../generated/types.ts';
import { checkText, kindOfText } from './check-text.ts';
import type { FileProblem } from './file-problem.ts';
import { type OpenedFile, openFile, type Refused } from './open-file.ts';
import { readSource, type Source } from './source.ts';

export interface ReadGameDay {
  readonly ok: true;
  readonly kind: 'gameday';
  readonly gameDay: GameDay;
  /** As the file has it, with quantities as text. */
  readonly authored: Readonly<Record<string, unknown>>;
  readonly source: Source;
  /** Files of the experiments that stand beside it, by their names. */
  readonly beside: ReadonlyMap<string, string>;
  /** Where in the file problems are that are found later, elsewhere. */
  readonly locate: (problems: readonly Problem[]) => readonly FileProblem[];
}

export interface GameDayFileOptions {
  readonly stage: string;
  readonly cwd?: string;
  /** Whoever registers it asks the controller for the experiments, wherever their files stand. */
  readonly besideOnly?: false;
}

/** A game day from a YAML or JSON file, resolved for a stage; or everything that is wrong with it. */
export function readGameDayFile(path: string, options: GameDayFileOptions): ReadGameDay | Refused {
  const opened = openFile(path, options);
  return opened.ok ? readGameDayText(opened, options) : opened;
}

/** The same of a text that has been read. */
export function readGameDayText(
  { source, folder }: Pick<OpenedFile, 'source' | 'folder'>,
  { stage, besideOnly }: GameDayFileOptions,
): ReadGameDay | Refused {
  const beside = experimentsBeside(folder);
  const checked = checkText(source, 'gameday', (_kind, value) =>
    findGameDayProblems(value, {
      stage,
      ...(besideOnly === false ? {} : knownTo(value, [...beside.keys()])),
    }),
  );
  if (checked.problems.length > 0) return { ok: false, problems: checked.problems };
  const resolved = resolveGameDay(checked.value, { stage });
  if (!resolved.ok) return { ok: false, problems: checked.locate(resolved.problems) };
  return {
    ok: true,
    kind: 'gameday',
    gameDay: resolved.gameDay,
    authored: isMapping(checked.value) ? checked.value : {},
    source,
    beside,
    locate: (problems) => checked.locate(problems),
  };
}

/** Where some of its experiments stand beside it, or are misspelt, all of them are looked for there. */
function knownTo(value: unknown, names: readonly string[]): { readonly experiments?: readonly string[] } {
  const steps = isMapping(value) && Array.isArray(value['steps']) ? (value['steps'] as unknown[]) : [];
  const standBeside = namesIn(steps).some(
    ({ name }) => names.includes(name) || suggest(name, names) !== undefined,
  );
  return standBeside ? { experiments: names } : {};
}

/** A folder with more files is no folder of experiments. */
const maxFiles = 500;

function experimentsBeside(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .slice(0, maxFiles);
  const found = new Map<string, string>();
  for (const { name: file } of files) {
    const path = join(folder, file);
    const read = readSource(path, path);
    // What cannot be read is told by who is asked to read it.
    if (!read.ok || kindOfText(read.source) !== 'experiment') continue;
    const name = nameIn(read.source.text);
    if (name !== undefined) found.set(name, path);
  }
  return found;
}

/** The name at the top of an experiment, in YAML or JSON. */
function nameIn(text: string): string | undefined {
  return /^\s*["']?name["']?\s*:\s*["']?([a-z][a-z0-9-]*)/m.exec(text)?.[1];
}
