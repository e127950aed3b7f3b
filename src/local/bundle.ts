import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { ancestors } from './runtime/client.ts';
import type { EsbuildOptions, LocalFunction, LocalService } from './service/model.ts';
import type { Isolation } from './types.ts';

/** The folder that becomes `/var/task`, by function key. */
export type Code = Readonly<Record<string, string>>;

const extensions = ['.ts', '.mts', '.cts', '.tsx', '.mjs', '.js', '.cjs', '.jsx'];

/**
 * Bundles every handler into a folder of its own below `codeDir`, or where the service bundles nothing, takes the
 * service's folder as it is. Throws with every handler that is missing or does not compile.
 */
export async function bundle(service: LocalService, codeDir: string): Promise<Code> {
  const functions = Object.values(service.functions);
  const sources = new Map(functions.map((fn) => [fn.key, sourceOf(fn, service.dir)]));
  if (service.bundling.mode === 'none') {
    return Object.fromEntries(functions.map((fn) => [fn.key, service.dir]));
  }
  const { options } = service.bundling;
  rmSync(codeDir, { recursive: true, force: true });
  await Promise.all(
    functions.map((fn) =>
      bundleOne(fn, sources.get(fn.key) ?? '', path.join(codeDir, fn.key), service, options),
    ),
  );
  return Object.fromEntries(functions.map((fn) => [fn.key, path.join(codeDir, fn.key)]));
}

function sourceOf(fn: LocalFunction, dir: string): string {
  const base = path.resolve(dir, handlerFile(fn.handler));
  const file = extensions.map((extension) => base + extension).find((name) => existsSync(name));
  if (file !== undefined) return file;
  throw new Error(
    `Function ${fn.key}: handler "${fn.handler}" names no file; looked for ${base} with ${extensions.join(', ')}.`,
  );
}

/** `functions/checkout.handler` → `functions/checkout`. */
function handlerFile(handler: string): string {
  const { dir, base } = path.parse(handler);
  return path.join(dir, base.slice(0, base.indexOf('.')));
}

async function bundleOne(
  fn: LocalFunction,
  source: string,
  folder: string,
  service: LocalService,
  options: EsbuildOptions,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const extension = options.format === 'esm' ? '.mjs' : '.cjs';
  const { format, external = [], ...rest } = options;
  const settings: BuildOptions = {
    ...(JSON.parse(JSON.stringify(rest)) as BuildOptions),
    absWorkingDir: service.dir,
    entryPoints: [source],
    outfile: path.join(folder, `${handlerFile(fn.handler)}${extension}`),
    bundle: true,
    platform: 'node',
    format,
    target: rest.target === undefined ? `node${fn.runtime.slice(6, 8)}` : [rest.target].flat(),
    external: [...external],
    sourcemap: 'linked',
    logLevel: 'silent',
    allowOverwrite: true,
  };
  try {
    await build(settings);
  } catch (error) {
    throw new Error(`Function ${fn.key}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * Puts the packages that the service's settings keep out of its bundles beside these, where deployment would put them:
 * in namespaces a folder over which they are mounted, elsewhere a link. Returns their folder, if any are kept out.
 */
export function attachModules(service: LocalService, code: Code, isolation: Isolation): string | undefined {
  const { bundling, dir } = service;
  if (bundling.mode === 'none' || (bundling.options.external ?? []).length === 0) return undefined;
  const modules = ancestors(dir)
    .map((folder) => path.join(folder, 'node_modules'))
    .find((folder) => existsSync(folder));
  if (modules === undefined) return undefined;
  for (const folder of Object.values(code)) {
    const inside = path.join(folder, 'node_modules');
    if (isolation === 'namespace') mkdirSync(inside);
    else symlinkSync(modules, inside);
  }
  return modules;
}
