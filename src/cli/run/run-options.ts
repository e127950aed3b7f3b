import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { formatProblems } from '../input/format-problems.ts';
import { readExperimentFile, readWorkloadFile } from '../input/read-file.ts';
import { targetTypeOf } from '../../core/target-type.ts';
import { parseDuration } from '../../core/units.ts';
import type { Experiment, Workload } from '../../generated/types.ts';
import { lossOf } from '../../faults/losses.ts';
import { dependencyTrouble } from '../../layer/aws/trouble.ts';
import { functionOfTarget } from '../../local/targets.ts';
import { readService, type LocalService } from '../../local/service.ts';
import { type Input, type OptionSpecs, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { stageOf, stageOption } from '../stage-option.ts';

export const serviceOption = {
  type: 'value',
  placeholder: 'FILE',
  description: "the service's serverless.yml",
  default: 'serverless.yml',
} as const;

/** Options that name what a run is about. */
export const subjectOptions = {
  stage: stageOption,
  service: serviceOption,
  workload: { type: 'value', placeholder: 'FILE', description: 'the traffic, as a workload file' },
  duration: { type: 'value', placeholder: 'TIME', description: "instead of the experiment's own: 20s" },
} as const satisfies OptionSpecs;

export interface Subject {
  readonly stage: string;
  readonly experiment: Experiment;
  readonly service: LocalService;
  readonly workload: { readonly workload: Workload; readonly dir: string } | undefined;
}

/** Reads everything that the options name. Undefined where something is wrong with it, which has then been told. */
export async function readSubject(input: Input, context: CliContext): Promise<Subject | undefined> {
  const stage = stageOf(input);
  const { cwd } = context;
  const file = input.args[0] ?? '';
  const read = readExperimentFile(file, { stage, dependencyTrouble, losesData: lossOf, cwd });
  const workloadFile = input.value('workload');
  const traffic =
    workloadFile === undefined
      ? undefined
      : readWorkloadFile(workloadFile, { stage, dependencyTrouble, cwd });
  const serviceFile = resolve(cwd, input.value('service') ?? serviceOption.default);
  if (!existsSync(serviceFile))
    throw new UsageError(`There is no file "${serviceFile}"`, 'name your serverless.yml with --service');
  const service = await readService(serviceFile, { stage });
  const problems = [
    ...(read.ok ? [] : read.problems),
    ...(traffic === undefined || traffic.ok ? [] : traffic.problems),
  ];
  if (problems.length > 0) context.stderr.write(`${formatProblems(problems, { color: context.color })}\n`);
  if ('problems' in service)
    context.stderr.write(`${service.problems.map((one) => formatServiceProblem(one)).join('\n')}\n`);
  if (!read.ok || traffic?.ok === false || 'problems' in service) return undefined;
  const experiment = withDuration(read.experiment, input.value('duration'));
  requireTargets(experiment, service);
  if (traffic !== undefined) requireFunctions(traffic.workload, service);
  return {
    stage,
    experiment,
    service,
    workload:
      traffic === undefined || workloadFile === undefined
        ? undefined
        : { workload: traffic.workload, dir: dirname(resolve(cwd, workloadFile)) },
  };
}

/**
 * An experiment that touches no function needs no service beside it. Undefined where it does, where there is a service, and
 * where the file has mistakes.
 */
export function readWithoutService(
  input: Input,
  { cwd }: CliContext,
): Pick<Subject, 'stage' | 'experiment'> | undefined {
  const stage = stageOf(input);
  const service = resolve(cwd, input.value('service') ?? serviceOption.default);
  if (existsSync(service) || input.value('workload') !== undefined) return undefined;
  const read = readExperimentFile(input.args[0] ?? '', { stage, dependencyTrouble, losesData: lossOf, cwd });
  if (!read.ok) return undefined;
  const { targets } = read.experiment;
  if (Object.values(targets).some((target) => targetTypeOf(target) === 'function')) return undefined;
  return { stage, experiment: withDuration(read.experiment, input.value('duration')) };
}

type ServiceProblem = Extract<
  Awaited<ReturnType<typeof readService>>,
  { problems: unknown }
>['problems'][number];

function formatServiceProblem({
  file,
  line,
  column,
  path,
  message,
  found,
  expected,
}: ServiceProblem): string {
  return `${file}:${line}:${column} error  ${message}${path === '' ? '' : `, at ${path}`}${found === '' ? '' : `: found ${found}`}\n  help: ${expected}`;
}

function withDuration(experiment: Experiment, text: string | undefined): Experiment {
  if (text === undefined) return experiment;
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new UsageError(`--duration ${text} is no length of time`, 'such as 20s or 10m');
  return { ...experiment, duration: parsed.value };
}

function requireTargets(experiment: Experiment, service: LocalService): void {
  for (const [name, target] of Object.entries(experiment.targets)) {
    if (targetTypeOf(target) !== 'function' || functionOfTarget(target, service) !== undefined) continue;
    const wanted =
      'lambda' in target
        ? `a function named ${target.lambda}`
        : `function ${'function' in target ? `${target.function} of service ${target.service}` : name}`;
    const known = Object.values(service.functions).map((one) => `${one.key} (${one.name})`);
    throw new UsageError(
      `Target ${name} is ${wanted}, which service ${service.name} does not have`,
      `it has ${known.join(', ')}`,
    );
  }
}

function requireFunctions(workload: Workload, service: LocalService): void {
  for (const stream of workload.streams) {
    if (Object.hasOwn(service.functions, stream.function)) continue;
    throw new UsageError(
      `The workload invokes function ${stream.function}, which service ${service.name} does not have`,
      `it has ${Object.keys(service.functions).join(', ')}`,
    );
  }
}
