import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Benchmark, Measurement } from './benchmark.ts';

const root = resolve(import.meta.dirname, '..');
const rounds = 15;
const baseline = '@aws-sdk/client-dynamodb';

/** What a function loads before it acts, beside the one client that it cannot do without, each in a process of its own. */
const benchmark: Benchmark = {
  title: 'Importing a function of the controller, beside importing @aws-sdk/client-dynamodb alone',
  async run() {
    const names = ['alarm', 'tick', 'deadman'];
    const subjects = new Map([
      [baseline, `import(${JSON.stringify(baseline)})`],
      ...names.map((name): [string, string] => {
        const handler = join(root, 'dist/functions', name, 'handler.mjs');
        if (!existsSync(handler)) throw new Error(`${handler} is not built: npm run build`);
        return [name, `import(${JSON.stringify(handler)})`];
      }),
    ]);
    const times = new Map([...subjects.keys()].map((name) => [name, [] as number[]]));
    // In turns, so that a machine that is busy for a while is busy for all of them.
    for (let round = 0; round < rounds; round += 1)
      for (const [name, expression] of subjects) times.get(name)?.push(importMs(expression));
    const base = median(times.get(baseline) ?? []);
    return [
      { name: `${baseline} alone`, value: base, unit: 'ms' },
      ...names.map((name): Measurement => ({
        name: `${name}, times that`,
        value: median(times.get(name) ?? []) / base,
        unit: '×',
        atMost: 1.5,
      })),
    ];
  },
};
export default benchmark;

function importMs(expression: string): number {
  const program = `const start = performance.now(); await ${expression}; console.log(performance.now() - start);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      AWS_REGION: 'eu-central-1',
      INOCULATE_STAGE: 'bench',
      INOCULATE_CONTROL_TABLE: 'control',
      INOCULATE_FUNCTION_TABLE: 'functions',
    },
  });
  return Number(output);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
