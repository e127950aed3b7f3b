import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { explainFault } from '../../faults/explain.ts';
import { type Trial, tryHandler, type TrialSide } from '../../local/trial.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { packageRoot } from '../package-root.ts';
import { faultForms, parseFaultWords } from '../try/fault-words.ts';

const extensions = ['', '.ts', '.mts', '.mjs', '.js', '.cjs', '.cts'];
const maxTimeoutS = 900;

export const tryCommand: Command = {
  name: 'try',
  summary: 'Invoke one handler with and without a fault, side by side',
  usage: 'HANDLER',
  arity: [1, 1],
  details: `HANDLER is written as in serverless.yml: functions/checkout.handler. Nothing else is needed: no experiment, no service.

  inoculate try functions/checkout.handler --event order.json --fault invocation.latency:800ms

Faults:
${faultForms}`,
  options: {
    event: { type: 'value', placeholder: 'FILE', description: 'the event, as JSON; without it: {}' },
    fault: { type: 'value', short: 'f', placeholder: 'KIND:WHAT', description: 'the fault' },
    'env-file': {
      type: 'value',
      placeholder: 'FILE',
      description: "the function's variables, as NAME=value lines",
    },
    timeout: { type: 'value', placeholder: 'SECONDS', description: "the function's timeout", default: '3' },
    runtime: {
      type: 'value',
      placeholder: 'RUNTIME',
      description: 'nodejs22.x or nodejs24.x',
      default: 'nodejs22.x',
    },
    json: { type: 'flag', description: 'machine-readable: one JSON object' },
  },
  async run(input, { cwd, stdout }) {
    const text = input.value('fault');
    if (text === undefined) throw new UsageError('Which fault?', `--fault with one of\n${faultForms}`);
    const handler = input.args[0] ?? '';
    const fault = parseFaultWords(text, 'handler');
    const trial = await tryHandler({
      ...moduleOfHandler(resolve(cwd, handler), handler),
      event: eventOf(input, cwd),
      fault,
      environment: environmentOf(input, cwd),
      timeoutS: timeoutOf(input),
      runtime: runtimeOf(input),
      layerDir: join(packageRoot, 'dist/layer'),
    });
    if (input.flag('json')) stdout.write(`${JSON.stringify({ fault, ...trial }, null, 2)}\n`);
    else stdout.write(`${explainFault(fault)}\n\n${sideBySide(trial)}`);
    return exitCodes.held;
  },
};

/** `dir/file.name`: the last dot parts the file from the export. */
function moduleOfHandler(path: string, handler: string): { module: string; exportName: string } {
  const dot = path.lastIndexOf('.');
  const stem = path.slice(0, dot);
  const found = extensions.map((extension) => stem + extension).find((file) => existsSync(file));
  if (dot > path.lastIndexOf('/') && found !== undefined && found !== stem)
    return { module: found, exportName: path.slice(dot + 1) };
  throw new UsageError(
    `There is no handler "${handler}"`,
    'FILE.EXPORT without the extension: functions/checkout.handler for functions/checkout.ts',
  );
}

function eventOf(input: Input, cwd: string): unknown {
  const file = input.value('event');
  if (file === undefined) return {};
  const text = readText(resolve(cwd, file));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`"${file}" is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function environmentOf(input: Input, cwd: string): Record<string, string> {
  const file = input.value('env-file');
  if (file === undefined) return {};
  const variables = parseEnv(readText(resolve(cwd, file)));
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function readText(path: string): string {
  if (!existsSync(path)) throw new UsageError(`There is no file "${path}"`);
  return readFileSync(path, 'utf8');
}

function timeoutOf(input: Input): number {
  const seconds = Number(input.value('timeout'));
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= maxTimeoutS) return seconds;
  throw new UsageError(
    `--timeout ${input.value('timeout') ?? ''} is no timeout`,
    `whole seconds, from 1 to ${maxTimeoutS}`,
  );
}

function runtimeOf(input: Input): 'nodejs22.x' | 'nodejs24.x' {
  const runtime = input.value('runtime');
  if (runtime === 'nodejs22.x' || runtime === 'nodejs24.x') return runtime;
  throw new UsageError(`--runtime ${runtime ?? ''} is not known here`, 'nodejs22.x or nodejs24.x');
}

const columnWidth = 46;

function sideBySide(trial: Trial): string {
  const rows: [label: string, pick: (side: TrialSide) => string][] = [
    ['', (side) => (side === trial.with ? 'with the fault' : 'without')],
    ['result', ({ result }) => (result.ok ? 'ok' : `failed: ${result.errorType}`)],
    ['took', ({ result }) => `${Math.round(result.durationMs)} ms`],
    ['injected', ({ injected }) => (injected === 0 ? '-' : `${injected} time${injected === 1 ? '' : 's'}`)],
    [
      'answer',
      ({ result }) => (result.ok ? (JSON.stringify(result.payload) ?? 'null') : result.errorMessage),
    ],
  ];
  const table = rows.flatMap(([label, pick]) => twoColumns(label, pick(trial.without), pick(trial.with)));
  const silent =
    trial.with.injected === 0
      ? ['', 'The fault was never injected: nothing that the handler did matched it.']
      : [];
  return `${[...table, ...silent, '', `runtime: ${trial.runtime.detail}`].join('\n')}\n`;
}

function twoColumns(label: string, left: string, right: string): string[] {
  const [a, b] = [wrapped(left), wrapped(right)];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, line) =>
    `${(line === 0 ? label : '').padEnd(10)}${(a[line] ?? '').padEnd(columnWidth + 2)}${b[line] ?? ''}`.trimEnd(),
  );
}

function wrapped(text: string): string[] {
  const flat = text.replaceAll(/\s+/g, ' ');
  return Array.from({ length: Math.max(1, Math.ceil(flat.length / columnWidth)) }, (_, line) =>
    flat.slice(line * columnWidth, (line + 1) * columnWidth),
  );
}
