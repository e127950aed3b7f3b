// Builds the library for tests: one file as ES module and one as CommonJS, without dependencies, each with its types.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

const formats = [
  { format: 'esm', file: 'index.mjs', types: 'index.d.mts' },
  { format: 'cjs', file: 'index.cjs', types: 'index.d.cts' },
] as const;

/** What is public, in the order in which it is read. */
const declared = [
  'src/testing/index.ts',
  'src/testing/api.ts',
  'src/testing/errors.ts',
  'src/testing/problems.ts',
  'src/testing/note.ts',
  'src/generated/authored.ts',
];

export async function buildTesting(root: string, outDir: string): Promise<void> {
  const types = declared.map((path) => declarations(root, path)).join('\n');
  for (const { format, file, types: typesFile } of formats) {
    await build({
      absWorkingDir: root,
      entryPoints: [join(root, 'src/testing/index.ts')],
      outfile: join(outDir, file),
      bundle: true,
      format,
      platform: 'node',
      target: 'node22',
      // Names stay: they are what a stack trace of somebody's failing test shows.
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'warning',
    });
    writeFileSync(join(outDir, typesFile), types);
  }
}

/** The types of one source file, without what only the others of them need. */
function declarations(root: string, path: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, isolatedDeclarations: true, stripInternal: true };
  const text = readFileSync(join(root, path), 'utf8');
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, { fileName: path, compilerOptions });
  const [first] = diagnostics;
  if (first !== undefined)
    throw new Error(`${path} has no types: ${ts.flattenDiagnosticMessageText(first.messageText, '\n')}`);
  return outputText.replace(/^(import|export) [^;]* from '\.[^']*';\n/gm, '');
}
