import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of Inoculate's own package.json, from source and as built alike. */
export const packageRoot: string = findRoot(import.meta.dirname);

function findRoot(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('The package of Inoculate is incomplete: no package.json');
  return findRoot(parent);
}
