// Regenerates what follows from the facts about AWS calls in src/: the roles of the deployed functions, and the tables in
// docs/PERMISSIONS.md. `--check` writes nothing and fails where a committed file differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { controllerRoles } from '../src/iam/roles.ts';
import { permissionTables } from './generate/permission-tables.ts';

const root = resolve(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');
const docs = 'docs/PERMISSIONS.md';

const files: readonly (readonly [path: string, text: string])[] = [
  ['resources/roles.json', JSON.stringify(controllerRoles())],
  [docs, permissionTables(readFileSync(resolve(root, docs), 'utf8'))],
];

const drifted: string[] = [];
for (const [path, text] of files) {
  const target = resolve(root, path);
  const formatted = await format(text, { ...(await resolveConfig(target)), filepath: target });
  if (!checkOnly) writeFileSync(target, formatted);
  else if (!existsSync(target) || readFileSync(target, 'utf8') !== formatted) drifted.push(path);
}
if (drifted.length > 0) {
  console.error(
    `Not what src/ says of its calls: ${drifted.join(', ')}. Run "npm run generate" and commit the result.`,
  );
  process.exit(1);
}
console.log(`${checkOnly ? 'checked' : 'generated'} ${files.map(([path]) => path).join(', ')}`);
