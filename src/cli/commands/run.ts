import { join, relative, resolve } from 'node:path';
import { onlyDirectives } from '../../core/directives.ts';
import { isControlPlane } from '../../core/placement.ts';
import type { Experiment } from '../../generated/types.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { explainFault } from '../../faults/explain.ts';
import { hasState } from '../../local/recover.ts';
import { startLocalRun, type LocalRun, type LocalRunOptions } from '../../local/session.ts';
import { functionOfTarget } from '../../local/targets.ts';
import { reportJson, reportOf } from '../../report/report.ts';
import type { RunRecord } from '../../report/record.ts';
import { describeVerdict } from '../../report/sentences.ts';
import { parseDuration } from '../../core/units.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { byOption, remoteOptions } from '../aws/options.ts';
import { runOnAws } from '../aws/run-on-aws.ts';
import { packageRoot } from '../package-root.ts';
import { finishEarlierRuns, whereFree } from '../run/earlier-run.ts';
import { exitCodeOf } from '../run/exit-code.ts';
import { packageVersion } from '../version.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { clearOutputs, writeOutputs } from '../run/outputs.ts';
import { type PipelineFiles, pipelineOptions, withPipelineFiles } from '../run/pipeline-files.ts';
import { Progress } from '../run/progress.ts';
import { readSubject, type Subject, subjectOptions } from '../run/run-options.ts';

export const run: Command = {
  name: 'run',
  summary: 'Run an experiment, watch it, and write its report',
  usage: 'FILE',
  arity: [1, 1],
  details: `On AWS it registers the file with the controller, starts a run, watches it, and writes its report; Ctrl-C aborts it.

  inoculate run experiments/throttled.yaml --stage prod

With --local it needs no AWS account: the functions of a serverless.yml run on this machine under Lambda's runtime
interface, with the layer attached as on AWS, a database, and the workload's traffic.

Ctrl-C ends the run early and takes its faults back; a second Ctrl-C says what is still in place, and leaves.

  inoculate run experiments/throttled.yaml --local --service serverless.yml --workload workload.yml

--junit and --summary write what pipelines show; the files are there in any case, also where there was no run.

Exit codes: 0 held, 1 deviated, 2 bad input, 3 refused, 4 aborted for another reason, 5 inconclusive, 70 internal.`,
  options: {
    ...remoteOptions,
    ...byOption,
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
    ...pipelineOptions,
    json: { type: 'flag', description: 'the report as JSON on stdout; progress goes to stderr' },
  },
  run(input, context) {
    const where = input.flag('local') ? 'local' : 'aws';
    return withPipelineFiles(input, context, { experiment: input.args[0] ?? '', where }, async (files) => {
      if (where === 'aws') return runOnAws(input, context, files);
      const subject = await readSubject(input, context);
      if (subject === undefined) return exitCodes.badInput;
      if (subject.workload === undefined)
        throw new UsageError(
          'Without traffic there is nothing to see',
          'name a workload with --workload FILE',
        );
      return runLocally(input, context, { ...subject, workload: subject.workload }, files);
    });
  },
};

async function runLocally(
  input: Input,
  context: CliContext,
  subject: Subject & { readonly workload: NonNullable<Subject['workload']> },
  files: PipelineFiles,
): Promise<ExitCode> {
  const { experiment, service, workload } = subject;
  const refused = refusalOf(experiment);
  if (refused !== null) {
    const { refusal, help } = refused;
    context.stderr.write(`refused: ${refusal}\n  help: ${help}\n`);
    await files.writeRefusal(refusal);
    return exitCodes.refused;
  }
  const outDir = resolve(context.cwd, input.value('out') ?? join('.inoculate', experiment.name));
  const numbers = {
    seed: wholeNumber(input, 'seed', 0) ?? 1,
    warmUpMs: milliseconds(input, 'warm-up'),
    maxSandboxes: wholeNumber(input, 'max-sandboxes', 1),
  };
  const progress = new Progress(context, input.flag('json') ? context.stderr : context.stdout);
  try {
    progress.line(`experiment ${experiment.name}: ${experiment.hypothesis}`);
    for (const fault of experiment.faults) progress.line(`fault: ${explainFault(fault)}`);
    await finishEarlier(outDir, progress);
    await clearOutputs(outDir);
    progress.line(`starting service ${service.name}`);
    const started = await whereFree(outDir, () =>
      startLocalRun({
        experiment,
        service,
        workload: workload.workload,
        workloadDir: workload.dir,
        outDir,
        layerDir: join(packageRoot, 'dist/layer'),
        stage: subject.stage,
        ...numbers,
        requireNativeRuntime: context.env['INOCULATE_REQUIRE_NATIVE_RUNTIME'] === '1',
        environment: environmentOf(subject),
        listener: progress,
      }),
    );
    const record = await watched(started, outDir, progress);
    progress.stop();
    const html = await writeOutputs(outDir, record);
    await files.write(record, { hint: `The report: ${relative(context.cwd, html)}` });
    const report = reportOf(record);
    if (input.flag('json')) context.stdout.write(reportJson(record));
    else progress.say(['', report.sentence, report.reverts.sentence, `report: ${html}`]);
    return exitCodeOf(record.run);
  } finally {
    progress.stop();
  }
}

/** What cannot be done on one machine; without it the run would show something else. */
function refusalOf(experiment: Experiment): { readonly refusal: string; readonly help: string } | null {
  const changing = experiment.faults.filter(isControlPlane);
  if (changing.length > 0) {
    const named = [...new Set(changing.map(({ kind, target }) => `${kind} on ${target}`))].join(', ');
    return {
      refusal: `${named} changes what is configured on AWS, which --local does not have`,
      help: 'inoculate plan FILE says what it would do; on AWS it runs with inoculate start',
    };
  }
  return onlyDirectives(experiment)
    ? {
        refusal:
          'only requests with a directive would be hit, and --local sends none: directives are signed on AWS',
        help: 'give it an exposure for a run on one machine; inoculate try meets one handler with one fault',
      }
    : null;
}

/** A run whose host died in this folder is ended first: nothing of it may still be in place when the next one begins. */
async function finishEarlier(outDir: string, progress: Progress): Promise<void> {
  if (!hasState(outDir)) return;
  const finished = await finishEarlierRuns({
    outDir,
    onChange: (change) => progress.line(`earlier run, ${change.phase}: ${change.reason}`),
    onError: (what, error) => progress.error(what, error),
  });
  for (const { record } of finished)
    progress.line(
      `an earlier run in this folder was not finished, and is now: ${describeVerdict(record).sentence}`,
    );
}

/** The first Ctrl-C aborts; the second says what is left and leaves. */
async function watched(run: LocalRun, outDir: string, progress: Progress): Promise<RunRecord> {
  const letGo = onInterrupt({
    first: async () => {
      progress.line('stopping: the faults are being taken back (Ctrl-C again leaves at once)');
      await run.abort('Ctrl-C');
    },
    second: async () => {
      const left = (await run.current())?.units.filter((unit) => unit.state.at !== 'reverted') ?? [];
      progress.stop();
      progress.line(
        left.length === 0
          ? 'leaving: nothing is in place any more'
          : `leaving: ${left.map((unit) => unit.resource).join(', ')} is still in place. The functions end with this process; "inoculate revert ${outDir}" takes it back and finishes the run`,
      );
    },
    onError: (error) => progress.error('stopping', error),
  });
  try {
    return await run.finished;
  } finally {
    letGo();
  }
}

function environmentOf(subject: Subject): LocalRunOptions['environment'] {
  return {
    faults: subject.experiment.faults.map((fault, index) => ({
      id: `f${index + 1}`,
      sentence: explainFault(fault),
    })),
    workload: describeTraffic(subject),
    inoculateVersion: packageVersion(),
  };
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

function wholeNumber(input: Input, name: string, least: number): number | undefined {
  const text = input.value(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} ${text} cannot be`, `a whole number, ${least} or more`);
}

function milliseconds(input: Input, name: string): number | undefined {
  const text = input.value(name);
  if (text === undefined) return undefined;
  const parsed = text === '0' || text === '0s' ? { ok: true as const, value: 0 } : parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`--${name} ${text} is no length of time`, 'such as 5s');
}
