import { dependencyTrouble } from '../../../src/layer/aws/trouble.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import type { FileProblem } from '../../../src/cli/input/file-problem.ts';
import { readText } from '../../../src/cli/input/read-file.ts';

export const options = { stage: 'dev', dependencyTrouble };

/** A valid experiment, by line. */
export const validLines = [
  'inoculate: experiment/1',
  'name: checkout-survives',
  'hypothesis: Checkout keeps failures under 1 % while DynamoDB rejects half the calls.',
  'targets:',
  '  checkout: { lambda: "shop-${stage}-checkout" }',
  '  payment: { service: shop, function: payment }',
  'steadyState:',
  '  - { name: failures, signal: failures, target: checkout, atMost: 1% }',
  '  - { name: latency, signal: latency, target: checkout, p95: { atMost: 800ms } }',
  'faults:',
  '  - kind: dependency.error',
  '    target: checkout',
  '    service: dynamodb',
  '    operations: [GetItem, Query]',
  '    resource: orders',
  '    error: ProvisionedThroughputExceededException',
  '    rate: 50%',
  '  - kind: invocation.latency',
  '    target: payment',
  '    delay: { min: 100ms, max: 1s }',
  'exposure: 10%',
  'duration: 10m',
  'abort: { alarms: ["shop-${stage}-errors"], onDeviation: true }',
  'schedule: { cron: "0 10 ? * TUE,THU *", timezone: Europe/Berlin }',
  'notify: ["slack:chaos", sns]',
] as const;

export const validText = `${validLines.join('\n')}\n`;

/** The valid experiment with lines (from 1) replaced; an empty list takes a line out. */
export function withLines(changes: Readonly<Record<number, string | readonly string[]>>): string {
  return `${validLines.flatMap((line, index) => changes[index + 1] ?? [line]).join('\n')}\n`;
}

export function read(text: string, file = 'test.yaml'): ReturnType<typeof readText> {
  return readText({ file, text }, undefined, options, '/nowhere');
}

export function problemsOf(text: string, file?: string): readonly FileProblem[] {
  const result = read(text, file);
  return result.ok ? [] : result.problems;
}

/** `line:column code` of each problem. */
export function placesOf(text: string): string[] {
  return problemsOf(text).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

/** A context that keeps what is written. */
export function recordingContext(cwd: string, color = false): CliContext & { out(): string; err(): string } {
  const out: string[] = [];
  const err: string[] = [];
  return {
    stdout: { write: (text) => void out.push(text) },
    stderr: { write: (text) => void err.push(text) },
    isTTY: color,
    color,
    cwd,
    env: {},
    out: () => out.join(''),
    err: () => err.join(''),
  };
}
