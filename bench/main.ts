// Runs bench/*.bench.ts one after the other ("npm run bench -- layer" those whose name contains "layer") and prints
// what they measured. Speed is judged here, never in a test: the exit code tells whether a limit was missed.
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Measurement } from './benchmark.ts';

const suffix = '.bench.ts';
const wanted = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (names.length === 0) {
  console.error(
    `No bench/*${suffix} ${wanted.length > 0 ? `is called like ${wanted.join(', ')}` : 'exists'}.`,
  );
  process.exit(2);
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
let missed = 0;
for (const name of names) {
  const benchmark = await load(name);
  console.log(`\n${benchmark.title}`);
  for (const measurement of await benchmark.run()) {
    if (misses(measurement)) missed += 1;
    console.log(line(measurement));
  }
}
if (missed > 0) console.error(`\n${missed} ${missed === 1 ? 'limit was' : 'limits were'} missed.`);
process.exit(missed > 0 ? 1 : 0);

async function load(name: string): Promise<Benchmark> {
  const module: unknown = await import(join(import.meta.dirname, name + suffix));
  if (typeof module === 'object' && module !== null && 'default' in module && isBenchmark(module.default))
    return module.default;
  throw new Error(`bench/${name}${suffix} does not export a benchmark (title, run) by default`);
}

function isBenchmark(value: unknown): value is Benchmark {
  if (typeof value !== 'object' || value === null || !('title' in value) || !('run' in value)) return false;
  return typeof value.title === 'string' && typeof value.run === 'function';
}

function misses({ value, atMost }: Measurement): boolean {
  return atMost !== undefined && !(value <= atMost);
}

function line(measurement: Measurement): string {
  const { name, value, unit, atMost } = measurement;
  const figure = value.toLocaleString('en', { maximumSignificantDigits: 4 });
  const limit = atMost === undefined ? '' : `  (at most ${atMost})${misses(measurement) ? '  MISSED' : ''}`;
  return `  ${name.padEnd(60)} ${figure.padStart(10)} ${unit}${limit}`;
}
