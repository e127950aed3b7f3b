// Regenerates what follows from the facts about AWS calls in src/: the roles of the deployed functions, and the generated
// parts of docs/PERMISSIONS.md and docs/FAULTS.md. `--check` writes nothing and fails where a committed file differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { controllerRoles } from '../src/iam/roles.ts';
import { faultSections } from './generate/fault-sections.ts';
import { permissionTables } from './generate/permission-tables.ts';

const root = resolve(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');

const files: readonly (readonly [path: string, text: string])[] = [
  ['resources/roles.json', JSON.stringify(controllerRoles())],
  ['docs/PERMISSIONS.md', permissionTables(page('docs/PERMISSIONS.md'))],
  ['docs/FAULTS.md', faultSections(page('docs/FAULTS.md'))],
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

function page(path: string): string {
  return readFileSync(resolve(root, path), 'utf8');
}
