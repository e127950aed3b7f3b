import type { Workload } from '../../generated/types.ts';
import type { LocalService } from '../../local/service.ts';
import { localTargets } from '../../local/targets.ts';
import type { Command } from '../command.ts';
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
permissions it takes. With --workload it says whether that traffic is enough.

  inoculate plan experiments/throttled.yaml --service serverless.yml --workload workload.yml`,
  options: { ...subjectOptions, json: { type: 'flag', description: 'machine-readable: one JSON object' } },
  async run(input, context) {
    const subject: Planned | undefined =
      readWithoutService(input, context) ?? (await readSubject(input, context));
    if (subject === undefined) return exitCodes.badInput;
    const { experiment, stage, service = { name: '', functions: {} }, workload } = subject;
    const described = planOf({
      experiment,
      stage,
      targets: localTargets(experiment, service),
      rates: workload === undefined ? null : ratesOf(workload.workload, service),
    });
    context.stdout.write(
      input.flag('json') ? `${JSON.stringify(described, null, 2)}\n` : printPlan(described),
    );
    return exitCodes.held;
  },
};

/** Invocations per second that the workload itself makes, by the functions' deployed names. */
function ratesOf(workload: Workload, service: Pick<LocalService, 'functions'>): Record<string, number> {
  const rates: Record<string, number> = {};
  for (const stream of workload.streams) {
    const name = service.functions[stream.function]?.name ?? stream.function;
    rates[name] = (rates[name] ?? 0) + stream.rate;
  }
  return rates;
}
