import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** Installed beside the package, not bundled: their native parts come with their own packages. */
const external = ['dynalite', 'esbuild'];

/** Bundled CommonJS packages ask for require(), which ES modules do not have. */
const requireForCommonJs =
  "import { createRequire as inoculateRequire } from 'node:module'; const require = inoculateRequire(import.meta.url);";

/** The command line as ES modules; what a command needs alone (charts, the AWS SDK) is loaded when it runs. */
export async function buildCli(root: string, outDir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: join(root, 'src/cli/main.ts') },
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    // Beside main.mjs: what a module finds relative to itself, it finds wherever it ends up.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // The ES module builds of the AWS SDK are a good deal smaller.
    mainFields: ['module', 'main'],
    external,
    banner: { js: requireForCommonJs },
    minifySyntax: true,
    // Their texts are gathered in THIRD-PARTY-LICENSES.txt.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  makeExecutable(join(outDir, 'main.mjs'));
  // Chunks of earlier builds go last: a command that is just running still finds its own.
  const built = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of readdirSync(outDir))
    if (!built.has(name)) rmSync(join(outDir, name), { recursive: true });
  return metafile;
}

function makeExecutable(path: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(path, `#!/usr/bin/env node\n${text}`);
  chmodSync(path, 0o755);
}
