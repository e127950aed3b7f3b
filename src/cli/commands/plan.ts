import { alarmNames } from '../../core/guards.ts';
import type { AlarmFacts } from '../../faults/moves.ts';
import type { Experiment, Workload } from '../../generated/types.ts';
import type { LocalService } from '../../local/service.ts';
import { localTargets } from '../../local/targets.ts';
import { remoteOptions, withRemote } from '../aws/options.ts';
import type { Command, Input } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { planOf } from '../plan/plan.ts';
import { printPlan } from '../plan/print.ts';
import { readSubject, readWithoutService, type Subject, subjectOptions } from '../run/run-options.ts';

type Planned = Pick<Subject, 'stage' | 'experiment'> & Partial<Subject>;

export const plan: Command = {
  name: 'plan',
  summary: 'Say what a run would do, without doing any of it',
  usage: 'FILE',
  arity: [1, 1],
  details: `Who is exposed, what is changed and how it is undone, what ends the run early, how much traffic a verdict needs, and the
permissions it takes. With --workload it says whether that traffic is enough; with --aws, whether an alarm watches what the
fault moves by itself, so that it would end the run on the fault, not on harm.

  inoculate plan experiments/throttled.yaml --service serverless.yml --workload workload.yml`,
  options: {
    ...subjectOptions,
    aws: { type: 'flag', description: 'read from AWS what the alarms watch' },
    region: remoteOptions.region,
    profile: remoteOptions.profile,
    json: { type: 'flag', description: 'machine-readable: one JSON object' },
  },
  async run(input, context) {
    const subject: Planned | undefined =
      readWithoutService(input, context) ?? (await readSubject(input, context));
    if (subject === undefined) return exitCodes.badInput;
    const { experiment, stage, service = { name: '', functions: {} }, workload } = subject;
    const described = planOf({
      experiment,
      stage,
      targets: localTargets(experiment, service),
      alarms: await alarmsOf(input, context, experiment),
      rates: workload === undefined ? null : ratesOf(workload.workload, service),
    });
    context.stdout.write(
      input.flag('json') ? `${JSON.stringify(described, null, 2)}\n` : printPlan(described),
    );
    return exitCodes.held;
  },
};

async function alarmsOf(
  input: Input,
  context: CliContext,
  { abort, steadyState }: Experiment,
): Promise<readonly AlarmFacts[]> {
  if (!input.flag('aws')) return [];
  const watched = steadyState.flatMap((signal) =>
    signal.signal === 'cloudwatch.alarm' ? [signal.alarm] : [],
  );
  const names = [...new Set([...alarmNames(abort?.alarms), ...watched])];
  const { alarmFactsOf } = await import('../aws/doctor/alarms.ts');
  return withRemote(input, context, ({ aws }) => alarmFactsOf(aws, names));
}

/** Invocations per second that the workload itself makes, by the functions' deployed names. */
function ratesOf(workload: Workload, service: Pick<LocalService, 'functions'>): Record<string, number> {
  const rates: Record<string, number> = {};
  for (const stream of workload.streams) {
    const name = service.functions[stream.function]?.name ?? stream.function;
    rates[name] = (rates[name] ?? 0) + stream.rate;
  }
  return rates;
}
