import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'python');
const stampFile = join(folder, '.installed');
const requirements = join(import.meta.dirname, 'requirements.txt');
const fits = 'import sys, ensurepip, venv; sys.exit(0 if sys.version_info >= (3, 10) else 1)';

/**
 * The virtual environment of the AWS emulator, once per requirements.txt. Where there is no Python for it, a line says
 * so, and the emulator's tests are skipped; false then.
 */
export function installPython(): boolean {
  const { status, stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  if (status !== 0 || spawnSync('python3', ['-c', fits]).status !== 0) {
    console.warn('There is no Python 3.10 with venv: the tests on the AWS emulator are skipped.');
    return false;
  }
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = `${stdout.trim()} ${digest}\n`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  console.log('Installing the AWS emulator (test/runtimes/python).');
  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--requirement',
    requirements,
  ];
  execFileSync(join(folder, 'bin/python'), pip, { stdio: 'pipe' });
  writeFileSync(stampFile, stamp);
  return true;
}
