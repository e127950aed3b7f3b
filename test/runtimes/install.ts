/**
 * Installs what the tests run functions with (package.json beside this file), once per lock file: AWS's runtime interface
 * client with its native part built, Node 22 and 24, DynamoDB Local, the AWS emulator. Where the native part cannot be
 * built, a line says so and the tests run with the client's JavaScript part alone; without Python those on the emulator
 * are skipped; in CI both are failures.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPython } from './python.ts';

const folder = import.meta.dirname;
const modules = join(folder, 'node_modules');
const stampFile = join(modules, '.installed');
const nodes = ['node22', 'node24'];
const nativeClient = join(modules, 'aws-lambda-ric/rapid-client.node');
const tools = 'g++, make, cmake, autoconf, libtool and xz';

const stamp = stampOf('package-lock.json');
const inCi = (process.env['CI'] ?? '') !== '';

const installed = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && isComplete();
if (!installed) installRuntimes();
if (!installPython() && inCi) {
  console.error('CI needs Python 3.10 with venv.');
  process.exit(1);
}

function installRuntimes(): void {
  console.log(
    'Installing the test runtimes (test/runtimes); the native runtime client takes about a minute.',
  );
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
  for (const name of nodes) installNode(name);
  const built = buildNativeClient();
  if (!built && inCi) {
    console.error(`aws-lambda-ric could not be built; CI needs it. It takes ${tools}.`);
    process.exit(1);
  }
  writeFileSync(stampFile, stamp);
}

/** Of this machine as well: what was built elsewhere does not run here. */
function stampOf(name: string): string {
  const hash = createHash('sha256').update(readFileSync(join(folder, name)));
  return `${process.platform}-${process.arch}-${hash.digest('hex')}\n`;
}

/** An earlier failure to build is not tried again each time, except where it must not be. */
function isComplete(): boolean {
  return (
    nodes.every((name) => existsSync(join(modules, name, 'bin/node'))) && (!inCi || existsSync(nativeClient))
  );
}

function npm(...args: string[]): void {
  execFileSync('npm', args, { cwd: folder, stdio: 'pipe' });
}

/** The package's own script fetches the binary of this platform; `npm ci` was not allowed to run it. */
function installNode(name: string): void {
  const cwd = join(modules, name);
  execFileSync(process.execPath, ['installArchSpecificPackage.js'], {
    cwd,
    stdio: 'pipe',
  });
  console.log(`${name}: ${execFileSync(join(cwd, 'bin/node'), ['--version'], { encoding: 'utf8' }).trim()}`);
}

function buildNativeClient(): boolean {
  const { status, stdout, stderr } = spawnSync('npm', ['rebuild', 'aws-lambda-ric', '--foreground-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0 && existsSync(nativeClient)) {
    console.log('aws-lambda-ric: built');
    return true;
  }
  const last = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-5).join('\n  ');
  console.warn(
    `aws-lambda-ric could not be built, and tests run with its JavaScript part. It takes ${tools}.\n  ${last}`,
  );
  return false;
}
