// Builds the Lambda layer: one small file that the runtime imports at every cold start, and chunks that are only loaded
// once there is a dose.
import { copyFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** Zipped, the layer must stay below this. */
const LARGEST_LAYER_BYTES = 250_000;

/** @param outDir laid out as /opt will be: what is built lies in `outDir/inoculate` */
export async function buildLayer(outDir: string): Promise<void> {
  const target = join(outDir, 'inoculate');
  mkdirSync(target, { recursive: true });
  const result = await build({
    entryPoints: { handler: join(root, 'src/layer/handler.ts') },
    outdir: target,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  copyFileSync(join(root, 'src/layer/wrapper'), join(target, 'wrapper'));
  chmodSync(join(target, 'wrapper'), 0o755);
  // Files of earlier builds go last: a function that is just being started still finds its own.
  const built = new Set(['wrapper', ...Object.keys(result.metafile.outputs).map((path) => basename(path))]);
  for (const name of readdirSync(target)) if (!built.has(name)) rmSync(join(target, name));
  const bytes = readdirSync(target).reduce((sum, name) => sum + zippedBytes(join(target, name)), 0);
  if (bytes > LARGEST_LAYER_BYTES) {
    throw new Error(`the layer has ${bytes} bytes zipped; it must stay below ${LARGEST_LAYER_BYTES}`);
  }
}

/** What a file takes in a ZIP archive: its deflated bytes, its two headers (76 bytes) and its name in both of them. */
function zippedBytes(path: string): number {
  return deflateRawSync(readFileSync(path)).length + 76 + 2 * basename(path).length;
}

if (import.meta.main) await buildLayer(resolve(process.argv[2] ?? join(root, 'dist/layer')));
