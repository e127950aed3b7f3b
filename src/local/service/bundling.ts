import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Bundling, EsbuildOptions, LocalFunction } from './model.ts';
import type { Reader } from './reader.ts';
import { toValue, type Tree } from './tree.ts';

/** Some dependencies of an ES module bundle are CommonJS still, and call require. */
const requireBanner = {
  js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
} as const;

const plain = ['minify', 'keepNames'] as const;
const texts = ['tsconfig'] as const;
const lists = ['mainFields', 'conditions', 'external'] as const;
const maps = ['banner', 'define', 'loader'] as const;

/**
 * How handlers are bundled: with the settings of serverless-esbuild (`custom.esbuild`) or of the framework's own
 * (`build.esbuild`); without any, only where a handler is TypeScript.
 */
export function readBundling(
  reader: Reader,
  functions: readonly LocalFunction[],
  dir: string,
  note: (text: string) => void,
): Bundling {
  for (const at of [
    ['custom', 'esbuild'],
    ['build', 'esbuild'],
  ]) {
    const found = reader.at(at);
    if (found === undefined || (found.kind === 'scalar' && found.value === false)) continue;
    const tree = reader.deep(found, at);
    if (tree?.kind === 'map') return { mode: 'esbuild', options: optionsOf(tree) };
    if (found.kind === 'scalar' && typeof found.value === 'string') {
      note(
        `The settings of esbuild in ${found.value} are a program, and are not read here; its defaults are used.`,
      );
    }
    return { mode: 'esbuild', options: defaults };
  }
  const typescript = functions.some((fn) => isTypeScript(fn, dir));
  return typescript ? { mode: 'esbuild', options: defaults } : { mode: 'none' };
}

const defaults: EsbuildOptions = { format: 'esm', minify: false, banner: requireBanner };

function optionsOf(tree: Tree): EsbuildOptions {
  const settings = toValue(tree) as Readonly<Record<string, unknown>>;
  const pick = (names: readonly string[], fits: (value: unknown) => boolean): object =>
    Object.fromEntries(names.flatMap((name) => (fits(settings[name]) ? [[name, settings[name]]] : [])));
  const format = settings['format'] === 'esm' ? 'esm' : 'cjs';
  const isList = (value: unknown): boolean => Array.isArray(value);
  return {
    ...(format === 'esm' && settings['banner'] === undefined ? { banner: requireBanner } : {}),
    ...pick(plain, (value) => typeof value === 'boolean'),
    ...pick(texts, (value) => typeof value === 'string'),
    ...pick(['target'], (value) => typeof value === 'string' || isList(value)),
    ...pick(lists, isList),
    ...pick(maps, (value) => typeof value === 'object' && value !== null && !isList(value)),
    format,
    minify: settings['minify'] === true,
  };
}

function isTypeScript(fn: LocalFunction, dir: string): boolean {
  const { dir: folder, base } = path.parse(fn.handler);
  const file = path.resolve(dir, folder, base.slice(0, base.indexOf('.')));
  return ['.ts', '.mts', '.cts', '.tsx'].some((extension) => existsSync(file + extension));
}
