import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { python } from './python.ts';

/**
 * `describe` where the emulator is installed. Elsewhere its tests are skipped, and a line says why; in CI they fail.
 */
export function describeWithEmulator(name: string, tests: () => void): void {
  if (existsSync(python)) {
    describe(name, tests);
    return;
  }
  const lack = `Without Python 3.10 with venv, "${name}" is not tested: see "npm test" in CONTRIBUTING.md.`;
  if ((process.env['CI'] ?? '') !== '') throw new Error(lack);
  process.stderr.write(`${lack}\n`);
  describe.skip(name, tests);
}
