import type { Path } from './problem.ts';
import { isMapping } from './schema-branch.ts';

/** One fault or signal of a file, and where it stands. */
export interface Entry {
  readonly path: Path;
  readonly value: Readonly<Record<string, unknown>>;
}

/** No Lambda invocation lasts longer. */
export const maxInvocationMs = 15 * 60_000;

/** The mappings in a list of the file; anything else in it is passed over. */
export function entries(file: Readonly<Record<string, unknown>>, name: string): Entry[] {
  const list = file[name];
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown, index) => (isMapping(value) ? [{ path: [name, index], value }] : []));
}
