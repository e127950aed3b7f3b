import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { explainFault } from '../../faults/explain.ts';
import { startLocalRun, type LocalRun } from '../../local/session.ts';
import { functionOfTarget } from '../../local/targets.ts';
import { reportJson, reportOf } from '../../report/report.ts';
import type { RunRecord } from '../../report/record.ts';
import { parseDuration } from '../../core/units.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { packageRoot } from '../package-root.ts';
import { exitCodeOf } from '../run/exit-code.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { writeOutputs } from '../run/outputs.ts';
import { Progress } from '../run/progress.ts';
import { readSubject, type Subject, subjectOptions } from '../run/run-options.ts';

export const run: Command = {
  name: 'run',
  summary: 'Run an experiment, watch it, and write its report',
  usage: 'FILE',
  arity: [1, 1],
  details: `With --local it needs no AWS account: the functions of a serverless.yml run on this machine under Lambda's runtime
interface, with the layer attached as on AWS, a database, and the workload's traffic.

Ctrl-C ends the run early and takes its faults back; a second Ctrl-C says what is still in place, and leaves.

  inoculate run experiments/throttled.yaml --local --service serverless.yml --workload workload.yml

Exit codes: 0 held, 1 deviated, 2 bad input, 3 refused, 4 aborted for another reason, 5 inconclusive, 70 internal.`,
  options: {
    ...subjectOptions,
    local: { type: 'flag', description: 'on this machine, without AWS' },
    out: {
      type: 'value',
      placeholder: 'DIR',
      description: 'where state, logs and reports go; without it: .inoculate/NAME',
    },
    seed: {
      type: 'value',
      placeholder: 'N',
      description: 'the same seed gives the same traffic',
      default: '1',
    },
    'warm-up': {
      type: 'value',
      placeholder: 'TIME',
      description: 'traffic before the run starts; without it: until no sandbox starts any more',
    },
    'max-sandboxes': {
      type: 'value',
      placeholder: 'N',
      description: 'how many sandboxes there may be at once',
    },
    json: { type: 'flag', description: 'the report as JSON on stdout; progress goes to stderr' },
  },
  async run(input, context) {
    if (!input.flag('local'))
      throw new UsageError(
        'This version runs experiments on one machine only',
        'add --local, --service and --workload',
      );
    const subject = await readSubject(input, context);
    if (subject === undefined) return exitCodes.badInput;
    if (subject.workload === undefined)
      throw new UsageError('Without traffic there is nothing to see', 'name a workload with --workload FILE');
    return runLocally(input, context, { ...subject, workload: subject.workload });
  },
};

async function runLocally(
  input: Input,
  context: CliContext,
  subject: Subject & { readonly workload: NonNullable<Subject['workload']> },
): Promise<ExitCode> {
  const { experiment, service, workload } = subject;
  const outDir = resolve(context.cwd, input.value('out') ?? join('.inoculate', experiment.name));
  const json = input.flag('json');
  const progress = new Progress(context, json ? context.stderr : context.stdout);
  progress.line(`experiment ${experiment.name}: ${experiment.hypothesis}`);
  experiment.faults.forEach((fault) => progress.line(`fault: ${explainFault(fault)}`));
  const started = await startLocalRun({
    experiment,
    service,
    workload: workload.workload,
    workloadDir: workload.dir,
    outDir,
    layerDir: join(packageRoot, 'dist/layer'),
    stage: subject.stage,
    seed: wholeNumber(input, 'seed') ?? 1,
    warmUpMs: milliseconds(input, 'warm-up'),
    maxSandboxes: wholeNumber(input, 'max-sandboxes'),
    requireNativeRuntime: context.env['INOCULATE_REQUIRE_NATIVE_RUNTIME'] === '1',
    environment: {
      faults: experiment.faults.map((fault, index) => ({
        id: `f${index + 1}`,
        sentence: explainFault(fault),
      })),
      workload: describeTraffic(subject),
      inoculateVersion: version(),
    },
    listener: progress,
  });
  const letGo = interruptible(started, progress);
  progress.follow(() => started.current());
  try {
    const record = await started.finished;
    progress.stop();
    return await tell(record, outDir, input, context);
  } finally {
    progress.stop();
    letGo();
  }
}

/** The first Ctrl-C aborts; the second says what is left and leaves. */
function interruptible(run: LocalRun, progress: Progress): () => void {
  return onInterrupt({
    first: async () => {
      progress.line('stopping: the faults are being taken back (Ctrl-C again leaves at once)');
      await run.abort('Ctrl-C');
    },
    second: async () => {
      const left = (await run.current())?.units.filter((unit) => unit.state.at !== 'reverted') ?? [];
      progress.line(
        left.length === 0
          ? 'nothing is in place any more'
          : `still in place, until it expires by itself or "inoculate revert" is run: ${left.map((unit) => unit.resource).join(', ')}`,
      );
    },
    onError: (error) => progress.error('stopping', error),
  });
}

async function tell(record: RunRecord, outDir: string, input: Input, context: CliContext): Promise<ExitCode> {
  const html = await writeOutputs(outDir, record);
  const report = reportOf(record);
  if (input.flag('json')) context.stdout.write(reportJson(record));
  else context.stdout.write(`\n${report.sentence}\n${report.reverts.sentence}\nreport: ${html}\n`);
  return exitCodeOf(record.run);
}

function describeTraffic({ workload, service, experiment }: Subject): string | null {
  if (workload === undefined) return null;
  const targets = new Set(
    Object.values(experiment.targets).map((target) => functionOfTarget(target, service)?.key),
  );
  return workload.workload.streams
    .map(
      (stream) =>
        `${stream.rate} invocations/s (${stream.arrivals ?? 'poisson'}) to ${stream.function}${targets.has(stream.function) ? '' : ', no target'}`,
    )
    .join('; ');
}

function wholeNumber(input: Input, name: string): number | undefined {
  const text = input.value(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError(`--${name} ${text} is no whole number`);
}

function milliseconds(input: Input, name: string): number | undefined {
  const text = input.value(name);
  if (text === undefined) return undefined;
  const parsed = text === '0' || text === '0s' ? { ok: true as const, value: 0 } : parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`--${name} ${text} is no length of time`, 'such as 5s');
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
