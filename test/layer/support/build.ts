import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { buildLayer } from '../../../scripts/build-layer.ts';

const functions = resolve(import.meta.dirname, '../functions');

export interface Built {
  /** As /opt would be. */
  readonly opt: string;
  /** As /var/task would be: the test functions bundled to ESM (esm/*.mjs) and CommonJS (cjs/*.js), and loose files. */
  readonly task: string;
  remove(): void;
}

/** The layer and the test functions, built once for a test file, as a deployment would have them. */
export async function buildAll(folderOfFunctions = functions): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), 'inoculate-layer-'));
  const built: Built = {
    opt: join(folder, 'opt'),
    task: join(folder, 'task'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  try {
    await buildInto(built, folderOfFunctions);
    return built;
  } catch (error) {
    built.remove(); // the caller never learns of it
    throw error;
  }
}

async function buildInto(built: Built, folderOfFunctions: string): Promise<void> {
  await buildLayer(built.opt);
  const common = {
    entryPoints: readdirSync(folderOfFunctions).map((name) => join(folderOfFunctions, name)),
    bundle: true,
    platform: 'node',
    target: 'node22',
    logLevel: 'warning',
    // What pg would use elsewhere.
    external: ['pg-native', 'pg-cloudflare'],
  } satisfies BuildOptions;
  await build({
    ...common,
    format: 'esm',
    outdir: join(built.task, 'esm'),
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as cr}from'node:module';const require=cr(import.meta.url);" },
  });
  await build({ ...common, format: 'cjs', outdir: join(built.task, 'cjs') });
}
