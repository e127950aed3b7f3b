// Everything that must hold before a commit, one step after the other; all of them, whatever fails.
// "--static" leaves the tests out, "--only <step>" runs one step.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const bin = (path: string): string => join(root, 'node_modules', path);
const tsc = bin('typescript/bin/tsc');

interface Step {
  readonly name: string;
  /** What this project's Node is given. */
  readonly args: readonly string[];
}

const staticSteps: readonly Step[] = [
  { name: 'types', args: [tsc, '--noEmit'] },
  { name: 'types of core and stats', args: [tsc, '--noEmit', '-p', 'src/core/tsconfig.json'] },
  { name: 'types of the layer', args: [tsc, '--noEmit', '-p', 'src/layer/tsconfig.json'] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
  {
    name: 'imports',
    args: [
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      'src',
      'functions',
    ],
  },
  { name: 'generated files', args: ['scripts/generate.ts', '--check'] },
  { name: 'generated roles', args: ['scripts/generate-roles.ts', '--check'] },
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
];

const { values } = parseArgs({
  options: { static: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const all: readonly (Step | 'tests')[] = values.static ? staticSteps : [...staticSteps, 'tests'];
const chosen = all.filter((step) => values.only === undefined || nameOf(step) === values.only);
if (chosen.length === 0) {
  console.error(`No step is called "${values.only}". The steps are ${all.map(nameOf).join(', ')}.`);
  process.exit(2);
}

const failures: string[] = [];
for (const step of chosen) {
  console.log(`\n── ${nameOf(step)}`);
  const start = process.hrtime.bigint();
  const passed = step === 'tests' ? runs('npm', ['test']) : runs(process.execPath, step.args);
  const seconds = Number((process.hrtime.bigint() - start) / 100_000_000n) / 10;
  console.log(`── ${nameOf(step)}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s`);
  if (!passed) failures.push(nameOf(step));
}
console.log(
  failures.length === 0
    ? `\nAll ${chosen.length} checks passed.`
    : `\n${failures.length} of ${chosen.length} checks failed: ${failures.join(', ')}.`,
);
process.exit(failures.length === 0 ? 0 : 1);

function nameOf(step: Step | 'tests'): string {
  return step === 'tests' ? 'tests' : step.name;
}

function runs(program: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}
