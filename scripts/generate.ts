// Regenerates everything that follows from schemas/: types, validators, the catalogue and the registries.
// `--check` writes nothing and fails where a committed file differs from what the schemas say.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadSchemas } from './generate/schemas.ts';
import { generateTypes } from './generate/types.ts';
import { generateValidators } from './generate/validators.ts';
import { generateCatalogue, generateRegistries } from './generate/catalogue.ts';
import { generateEditorSchemas } from './generate/editor-schemas.ts';

const root = resolve(import.meta.dirname, '..');
const checkOnly = process.argv.includes('--check');

const schemas = loadSchemas(resolve(root, 'schemas'));
const files = new Map<string, string>([
  ...(await generateTypes(schemas)),
  ...(await generateValidators(schemas)),
  ...generateCatalogue(schemas),
  ...generateRegistries(schemas),
  ...generateEditorSchemas(schemas),
]);

const drifted: string[] = [];
for (const [path, text] of files) {
  const target = resolve(root, path);
  if (!checkOnly) writeFileSync(target, text);
  else if (read(target) !== text) drifted.push(path);
}
if (drifted.length > 0) {
  console.error(
    `Not what schemas/ says: ${drifted.join(', ')}. Run "npm run generate" and commit the result.`,
  );
  process.exit(1);
}
console.log(
  `${checkOnly ? 'checked' : 'generated'} ${files.size} files from ${schemas.documents.size} schemas`,
);

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
