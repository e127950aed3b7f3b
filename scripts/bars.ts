// Whether verdicts are the same every time: the shop as first written deviates, hardened it holds, and a fault of nearly
// no strength aborts nothing; each for a number of fixed seeds, one run after the other, on this machine.
// Usage: node scripts/bars.ts [--seeds 10] [--only naive|hardened|weakest] [--experiment payment-503], after a build.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Report } from '../src/report/report.ts';

const root = resolve(import.meta.dirname, '..');
const shop = join(root, 'examples/shop');
const weakest = join(root, 'test/e2e/fixtures/experiments/shop-weakest.yml');

interface Series {
  readonly name: string;
  readonly experiment: string;
  readonly variant: 'naive' | 'hardened';
  readonly options: readonly string[];
  readonly expected: string;
  readonly meets: (code: number | null, report: Report) => boolean;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    only: { type: 'string' },
    experiment: { type: 'string', default: 'payment-503' },
  },
});
const experiment = join(shop, `experiments/${values.experiment}.yml`);

const allSeries: readonly Series[] = [
  {
    name: 'naive',
    experiment,
    variant: 'naive',
    options: [],
    expected: 'exit code 1, aborted before a third of the planned time',
    meets: (code, { outcome, reasonCode, times }) =>
      code === 1 &&
      outcome === 'aborted' &&
      reasonCode === 'deviation' &&
      (times.injectedMs ?? Infinity) < times.plannedMs / 3,
  },
  {
    name: 'hardened',
    experiment,
    variant: 'hardened',
    options: ['--duration', '25s'],
    expected: 'exit code 0, held',
    meets: (code, { result }) => code === 0 && result === 'held',
  },
  {
    name: 'weakest',
    experiment: weakest,
    variant: 'naive',
    options: [],
    expected: 'exit code 5, not aborted (nothing is ever injected)',
    meets: (code, { outcome }) => code === 5 && outcome === 'completed',
  },
];

const seeds = Number(values.seeds);
const chosen = allSeries.filter(({ name }) => values.only === undefined || name === values.only);
if (!Number.isInteger(seeds) || seeds < 1 || chosen.length === 0) {
  console.error('--seeds takes a whole number from 1; --only takes naive, hardened or weakest.');
  process.exit(2);
}

let child: ChildProcess | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true;
    child?.kill(signal);
  });

const missed: string[] = [];
for (const series of chosen) {
  console.log(`\n${basename(series.experiment, '.yml')}, ${series.name}: expected ${series.expected}`);
  console.log('  seed  exit  result        in place  of       whole run');
  for (let seed = 1; seed <= seeds && !interrupted; seed += 1) {
    const { line, met, sentence } = await once(series, seed);
    console.log(line);
    if (met) continue;
    missed.push(`${series.name} with seed ${seed}`);
    console.log(`        NOT AS EXPECTED  ${sentence}`);
  }
}
console.log(
  missed.length === 0
    ? `\nAll ${seeds * chosen.length} runs as expected.`
    : `\nNot as expected: ${missed.join(', ')}.`,
);
process.exitCode = missed.length === 0 && !interrupted ? 0 : 1;

async function once(
  series: Series,
  seed: number,
): Promise<{ readonly line: string; readonly met: boolean; readonly sentence: string }> {
  const out = mkdtempSync(join(tmpdir(), 'inoculate-bars-'));
  try {
    const startedMs = performance.now();
    const { code, err } = await inoculate(series, seed, out);
    const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`);
    const wall = seconds(performance.now() - startedMs);
    const report = reportIn(out);
    const cells = [
      String(seed).padStart(6),
      String(code).padEnd(4),
      (report?.result ?? 'no report').padEnd(12),
      seconds(report?.times.injectedMs ?? null).padEnd(8),
      seconds(report?.times.plannedMs ?? null).padEnd(7),
      wall,
    ];
    const met = report !== undefined && series.meets(code, report);
    return { line: cells.join('  '), met, sentence: report?.sentence ?? err };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function inoculate(
  { experiment, variant, options }: Series,
  seed: number,
  out: string,
): Promise<{ readonly code: number | null; readonly err: string }> {
  const args = [
    ...['run', experiment, '--local', '--json', '--seed', String(seed), '--out', out],
    ...['--service', join(shop, variant, 'serverless.yml'), '--workload', join(shop, 'workload.yml')],
    ...options,
  ];
  const running = spawn(process.execPath, [join(root, 'dist/cli/main.mjs'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C reaches it through this process, once.
    detached: true,
  });
  child = running;
  let err = '';
  running.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((done, reject) => {
    running.on('error', reject);
    running.on('close', (code) => done({ code, err }));
  });
}

function reportIn(out: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
