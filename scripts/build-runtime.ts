/**
 * Builds what runs functions on one machine into `outDir`:
 * - `aws-lambda-ric/`: the JavaScript part of AWS's own runtime interface client, unchanged, with its licence, and in
 *   place of its natively built part a small HTTP client (src/local/inside/rapid-client.ts);
 * - `own-loop/`: a small runtime for where AWS's is not to be had;
 * - `launch/`: the script that gives a sandbox its file system.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

const ric = {
  name: 'aws-lambda-ric',
  version: '4.0.2',
  /** Of index.mjs: a changed file is not shipped. */
  integrity:
    'sha512-v/pppE1Q1+Pv6GghbdhtDr5k7f+z8+Aas7lDwZvi6YXFv3iGnWo5HdS8t6TqCKA6TBHao8/sVVPAfqfVaY0u5w==',
  files: ['index.mjs', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES'],
} as const;

const root = fileURLToPath(new URL('..', import.meta.url));
const inside = path.join(root, 'src/local/inside');

export interface BuildRuntimeOptions {
  /** Without AWS's client: a failure, instead of a package that only has its own loop. */
  readonly requireRic?: boolean;
}

/** Returns what a person should know: empty when all is as it should be. */
export async function buildRuntime(outDir: string, options: BuildRuntimeOptions = {}): Promise<string[]> {
  rmSync(outDir, { recursive: true, force: true });
  const common: BuildOptions = { bundle: true, platform: 'node', target: 'node22', logLevel: 'warning' };
  await build({
    ...common,
    entryPoints: [path.join(inside, 'own-loop.ts')],
    format: 'esm',
    outfile: path.join(outDir, 'own-loop/index.mjs'),
  });
  cpSync(path.join(inside, 'launch.sh'), path.join(outDir, 'launch/launch.sh'));
  const notes: string[] = [];
  const source = findRic(notes);
  if (source === undefined) {
    if (options.requireRic === true) throw new Error(notes.join('\n'));
    return notes;
  }
  copyRic(source, path.join(outDir, ric.name));
  await build({
    ...common,
    entryPoints: [path.join(inside, 'rapid-client.ts')],
    format: 'cjs',
    outfile: path.join(outDir, ric.name, 'rapid-client.node/index.cjs'),
  });
  writeFileSync(
    path.join(outDir, ric.name, 'rapid-client.node/package.json'),
    `${JSON.stringify({ type: 'commonjs', main: 'index.cjs' })}\n`,
  );
  return notes;
}

function copyRic(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const file of ric.files) cpSync(path.join(source, file), path.join(target, file));
  const { name, version } = ric;
  const manifest = { name, version, license: 'Apache-2.0', type: 'module', main: 'index.mjs' };
  writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** From the test runtimes, else from an earlier download, else from the package registry. */
function findRic(notes: string[]): string | undefined {
  const cached = path.join(root, 'node_modules/.cache/inoculate', `${ric.name}-${ric.version}`);
  const known = [path.join(root, 'test/runtimes/node_modules', ric.name), cached].find(isGenuine);
  if (known !== undefined) return known;
  try {
    download(cached);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    notes.push(
      `${ric.name} ${ric.version} could not be fetched (${reason}); functions will run in Inoculate's own loop.`,
    );
    return undefined;
  }
  if (isGenuine(cached)) return cached;
  rmSync(cached, { recursive: true, force: true });
  throw new Error(
    `${ric.name} ${ric.version} came with an index.mjs that is not the known one (expected ${ric.integrity}).`,
  );
}

function isGenuine(folder: string): boolean {
  const file = path.join(folder, 'index.mjs');
  if (!existsSync(file)) return false;
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}` === ric.integrity;
}

/** No script of the package runs: its native part would need a compiler. */
function download(target: string): void {
  const work = mkdtempSync(path.join(tmpdir(), 'inoculate-runtime-'));
  try {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
    execFileSync('npm', ['install', ...flags, '--prefix', work, `${ric.name}@${ric.version}`], {
      stdio: 'pipe',
      timeout: 120_000,
    });
    mkdirSync(target, { recursive: true });
    for (const file of ric.files) {
      cpSync(path.join(work, 'node_modules', ric.name, file), path.join(target, file));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const note of await buildRuntime(path.join(root, 'dist/runtime'))) console.warn(note);
}
