import { dirname, resolve } from 'node:path';
import type { FileProblem } from './file-problem.ts';
import { readSource, type Source } from './source.ts';

export interface Refused {
  readonly ok: false;
  /** At least one, by position. */
  readonly problems: readonly FileProblem[];
}

export interface OpenedFile {
  readonly ok: true;
  readonly source: Source;
  /** What paths in the file are relative to. */
  readonly folder: string;
}

/** A file's text, by its path from `cwd`; or why it cannot be read. */
export function openFile(path: string, { cwd = '.' }: { readonly cwd?: string }): OpenedFile | Refused {
  const absolute = resolve(cwd, path);
  const read = readSource(absolute, path);
  if (!read.ok) return { ok: false, problems: [aboutFile(path, read.code, read.message, read.help)] };
  return { ok: true, source: read.source, folder: dirname(absolute) };
}

export function aboutFile(file: string, code: string, message: string, help: string): FileProblem {
  return { file, line: 1, column: 1, length: 1, path: '', code, message, found: '', help, source: '' };
}
