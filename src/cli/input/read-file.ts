import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findProblems, resolveExperiment, type ResolveOptions } from '../../core/experiment.ts';
import type { Problem } from '../../core/problem.ts';
import { isMapping } from '../../core/schema-branch.ts';
import { resolveUnits } from '../../core/units.ts';
import { workloadSchema } from '../../generated/catalogue.ts';
import type { Experiment, Workload } from '../../generated/types.ts';
import { validateResolvedWorkload } from '../../generated/validate-resolved.js';
import { checkText, kindOfText } from './check-text.ts';
import type { FileProblem } from './file-problem.ts';
import type { FileKind } from './formats.ts';
import { aboutFile, openFile, type Refused } from './open-file.ts';
import { type ReadGameDay, readGameDayText } from './read-gameday.ts';
import { type ReadSettings, readSettingsText } from './read-settings.ts';
import type { Source } from './source.ts';

export interface ReadOptions extends ResolveOptions {
  /** What relative paths are relative to; without it, the process' working directory. */
  readonly cwd?: string;
}

export interface ReadExperiment {
  readonly ok: true;
  readonly kind: 'experiment';
  readonly experiment: Experiment;
  /** As the file has it, with quantities as text. */
  readonly authored: Readonly<Record<string, unknown>>;
  readonly source: Source;
  /** Where in the file problems are that are found later, elsewhere. */
  readonly locate: (problems: readonly Problem[]) => readonly FileProblem[];
}

export interface ReadWorkload {
  readonly ok: true;
  readonly kind: 'workload';
  readonly workload: Workload;
  readonly source: Source;
}

/** An experiment from a YAML or JSON file, resolved for a stage; or everything that is wrong with it. */
export function readExperimentFile(path: string, options: ReadOptions): ReadExperiment | Refused {
  const read = readFile(path, 'experiment', options);
  return !read.ok || read.kind === 'experiment' ? read : wrongKind(path);
}

/** A workload from a YAML or JSON file; or everything that is wrong with it. */
export function readWorkloadFile(path: string, options: ReadOptions): ReadWorkload | Refused {
  const read = readFile(path, 'workload', options);
  return !read.ok || read.kind === 'workload' ? read : wrongKind(path);
}

/** A file of any format, by its own first line. */
export async function readAnyFile(
  path: string,
  options: ReadOptions,
): Promise<ReadExperiment | ReadWorkload | ReadSettings | ReadGameDay | Refused> {
  const opened = openFile(path, options);
  if (!opened.ok) return opened;
  const kind = kindOfText(opened.source);
  if (kind === 'settings') return readSettingsText(opened, options);
  if (kind === 'gameday') return readGameDayText(opened, options);
  return readText(opened.source, undefined, options, opened.folder);
}

function readFile(
  path: string,
  wanted: 'experiment' | 'workload',
  options: ReadOptions,
): ReadExperiment | ReadWorkload | Refused {
  const opened = openFile(path, options);
  return opened.ok ? readText(opened.source, wanted, options, opened.folder) : opened;
}

/** The same of a text that has been read. `folder` is what paths in the file are relative to. */
export function readText(
  source: Source,
  wanted: FileKind | undefined,
  options: ReadOptions,
  folder: string,
): ReadExperiment | ReadWorkload | Refused {
  const checked = checkText(source, wanted, (kind, value) =>
    kind === 'workload' ? findWorkloadProblems(value, folder) : findProblems(value, options),
  );
  if (checked.problems.length > 0) return { ok: false, problems: checked.problems };
  if (checked.kind === 'settings' || checked.kind === 'gameday')
    throw new Error(`${source.file}: files of ${checked.kind} are read by a function of their own`);
  if (checked.kind === 'experiment') {
    const resolved = resolveExperiment(checked.value, options);
    if (resolved.ok)
      return {
        ok: true,
        kind: 'experiment',
        experiment: resolved.experiment,
        authored: isMapping(checked.value) ? checked.value : {},
        source,
        locate: (problems) => checked.locate(problems),
      };
    return { ok: false, problems: checked.locate(resolved.problems) };
  }
  const workload = resolveUnits(workloadSchema, checked.value).value;
  if (validateResolvedWorkload(workload)) return { ok: true, kind: 'workload', workload, source };
  throw new Error(
    `${source.file}: a checked workload does not resolve: ${JSON.stringify(validateResolvedWorkload.errors)}`,
  );
}

function findWorkloadProblems(value: unknown, folder: string): Problem[] {
  const problems = [...resolveUnits(workloadSchema, value).problems];
  const streams = isMapping(value) && Array.isArray(value['streams']) ? value['streams'] : [];
  for (const [index, stream] of streams.entries()) {
    const events: unknown = isMapping(stream) ? stream['events'] : undefined;
    if (typeof events !== 'string' || events === '' || existsSync(resolve(folder, events))) continue;
    problems.push({
      path: ['streams', index, 'events'],
      code: 'no-such-file',
      message: `There is no file "${events}"`,
      found: events,
      expected: 'a JSON file, by its path from this file',
    });
  }
  return problems;
}

function wrongKind(path: string): Refused {
  return { ok: false, problems: [aboutFile(path, 'other-format', 'The file is of another format', '')] };
}
