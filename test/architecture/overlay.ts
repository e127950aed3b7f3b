// A copy of the sources with violations planted in it: the checks must find each of them.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

const copied = [
  'src',
  'functions',
  'schemas',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'eslint.config.js',
  '.dependency-cruiser.cjs',
];

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A throw-away copy with these files written over it. The caller removes it. */
export async function plant(files: Readonly<Record<string, string>>): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'inoculate-planted-'));
  try {
    await fill(copy, files);
    return copy;
  } catch (error) {
    await remove(copy); // the caller never learns of it
    throw error;
  }
}

async function fill(copy: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const path of copied) await cp(join(root, path), join(copy, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), text);
  }
}

export async function remove(copy: string | undefined): Promise<void> {
  if (copy !== undefined) await rm(copy, { recursive: true, force: true });
}

/** Runs a program of the project's own Node; a failing exit code is a value here. */
export function node(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((settle, reject) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') settle({ exitCode, stdout, stderr });
      else reject(new Error(`${args.join(' ')} did not run to its end`, { cause: error }));
    });
  });
}

export const tools = {
  tsc: join(root, 'node_modules/typescript/bin/tsc'),
  eslint: join(root, 'node_modules/eslint/bin/eslint.js'),
  depcruise: join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
} as const;
