import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { LambdaRuntime } from '../../core/lambda-runtimes.ts';
import { ancestors } from './client.ts';

export interface NodeBinary {
  readonly file: string;
  /** `22.23.3` */
  readonly version: string;
  /** Whether it is the major version that the function declares. */
  readonly asDeclared: boolean;
}

/** Finds a Node of the declared major version: of the test runtimes, of the service, else this very process's. */
export function findNode(runtime: LambdaRuntime, packageDir: string, serviceDir: string): NodeBinary {
  const major = runtime.replace(/^nodejs(\d+)\.x$/, '$1');
  const places = [
    path.join(packageDir, `test/runtimes/node_modules/node${major}/bin/node`),
    ...ancestors(serviceDir).map((folder) => path.join(folder, 'node_modules/node/bin/node')),
  ];
  for (const file of [process.execPath, ...places]) {
    if (!existsSync(file)) continue;
    const version = versionOfNode(file);
    if (version.split('.')[0] === major) return { file: realpathSync(file), version, asDeclared: true };
  }
  return { file: realpathSync(process.execPath), version: process.versions.node, asDeclared: false };
}

const versions = new Map<string, string>();

function versionOfNode(file: string): string {
  if (file === process.execPath) return process.versions.node;
  const known = versions.get(file);
  if (known !== undefined) return known;
  const version = execFileSync(file, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '');
  versions.set(file, version);
  return version;
}
