// Runs every test. Many files start real processes, and many wait for time to pass: those that only wait run side by
// side; those in which a sandbox is held to a second, two at a time; and those that judge a service by how it fares under
// traffic get the machine for themselves.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const jest = join(root, 'node_modules/jest/bin/jest.js');
/** Their verdicts would be about the neighbours. */
const alone = ['test/e2e/', 'test/emulator/shop', 'test/examples/'];
const timely = ['test/layer/', 'test/local/'];

const passes = [
  {
    results: 'test-results.json',
    args: ['--maxWorkers=3', '--testPathIgnorePatterns', '/node_modules/', ...alone, ...timely],
  },
  { results: 'test-results-timely.json', args: ['--maxWorkers=2', '--testPathPatterns', ...timely] },
  { results: 'test-results-alone.json', args: ['--maxWorkers=1', '--testPathPatterns', ...alone] },
];

let failed = false;
for (const { results, args } of passes) {
  const node = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning'];
  const { status, error } = spawnSync(
    process.execPath,
    [...node, jest, '--json', `--outputFile=${results}`, ...args],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (error !== undefined) console.error(error.message);
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
