// Runs one experiment against the shop before and after its game days: the naive variant deviates, the hardened holds.
// Usage: node examples/shop/demo.ts [experiment], after a build. Needs no AWS account.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const shop = fileURLToPath(new URL('.', import.meta.url));
const cli = fileURLToPath(new URL('../../dist/cli/main.mjs', import.meta.url));
const experiment = process.argv[2] ?? 'payment-503';
const interruptedCode = 130;
/** Exit codes of runs that never were: bad input, internal error. */
const notRun: readonly number[] = [2, 70];

/** What the exit codes of `inoculate run` say. */
const endings: Readonly<Record<number, string>> = {
  0: 'held',
  1: 'deviated',
  2: 'bad input',
  3: 'refused',
  4: 'aborted',
  5: 'inconclusive',
  70: 'internal error',
};

// The smoke test must deviate whatever the variant: it shows that harm is noticed.
const smokeTest = experiment === 'checkout-errors';

const variants = [
  { name: 'naive', about: 'no time limits, no fallbacks', expected: 1 },
  { name: 'hardened', about: 'a time budget and a fallback for each step', expected: smokeTest ? 1 : 0 },
] as const;

interface Ended {
  readonly variant: (typeof variants)[number];
  readonly out: string;
  readonly code: number;
}

let interrupted = false;

/** Runs the CLI on one variant, and answers its exit code. */
function run(service: string, out: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      cli,
      'run',
      `${shop}experiments/${experiment}.yml`,
      '--local',
      ...['--service', service],
      ...['--workload', `${shop}workload.yml`],
      ...['--out', out],
    ],
    { stdio: 'inherit' },
  );
  const stop = (signal: NodeJS.Signals) => {
    interrupted = true;
    // A terminal sends Ctrl-C to the child as well, and a second one would tell it to hurry.
    if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      if (signal !== null && !interrupted) reject(new Error(`inoculate run was ended by ${signal}`));
      else resolve(code ?? interruptedCode);
    });
  });
}

async function main(): Promise<number> {
  if (!existsSync(cli)) {
    console.error(`${relative('.', cli)} is not there: run "npm start", which builds it first.`);
    return 2;
  }
  const ended: Ended[] = [];
  for (const variant of variants) {
    console.log(`\n──── The ${variant.name} shop (${variant.about}) ────\n`);
    const out = `${shop}.inoculate/${variant.name}-${experiment}`;
    // What an earlier demo left, so that a report is always this run's.
    rmSync(out, { recursive: true, force: true });
    const code = await run(`${shop}${variant.name}/serverless.yml`, out);
    ended.push({ variant, out, code });
    if (interrupted) {
      console.log('\nInterrupted: the lines above say what was taken back.');
      return interruptedCode;
    }
    // Nothing was measured, and the second variant would fail in the same way.
    if (notRun.includes(code)) break;
  }
  return summarize(ended);
}

function summarize(ended: readonly Ended[]): number {
  console.log(`\n──── ${experiment} ────\n`);
  let asExpected = true;
  for (const { variant, out, code } of ended) {
    const report = `${out}/report.html`;
    const where = existsSync(report) ? `report: ${relative('.', report)}` : '';
    console.log(`  ${variant.name.padEnd(10)} ${ending(code).padEnd(14)} ${where}`);
    if (code === variant.expected) continue;
    asExpected = false;
    console.error(`             expected: ${ending(variant.expected)}. ${hint(code)}`);
  }
  if (!asExpected) return 1;
  console.log(
    smokeTest
      ? '\nHarm is noticed, whatever the variant: a "held" of the other experiments means something.'
      : '\nThe same fault, the same orders: time budgets and fallbacks made the difference.',
  );
  return 0;
}

function ending(code: number): string {
  return endings[code] ?? `exit code ${code}`;
}

function hint(code: number): string {
  if (code === 5) return 'Too few invocations were measured: is this machine busy with something else?';
  return notRun.includes(code) ? 'The message above says why.' : 'The report says why.';
}

process.exitCode = await main();
