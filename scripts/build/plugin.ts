import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The plugin as one CommonJS file: the framework calls require, and takes what it answers for the plugin's class. */
export async function buildPlugin(root: string, outDir: string): Promise<void> {
  mkdirSync(outDir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { plugin: join(root, 'src/serverless/plugin.ts') },
    outdir: outDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // That of the framework, which may be older than ours.
    target: 'node18',
    define: { 'import.meta.dirname': '__dirname' },
    footer: { js: 'module.exports = module.exports.default;' },
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
