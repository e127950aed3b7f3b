import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { describeAlarms, type DescribedAlarm } from '../../../adapters/aws/alarms.ts';
import type { AwsClients } from '../../../aws/clients.ts';
import { alarmNames } from '../../../core/guards.ts';
import { type AlarmFacts, movers, type NamedMetric } from '../../../faults/moves.ts';
import type { Experiment } from '../../../generated/types.ts';
import { arnIdOf } from '../../../iam/needs.ts';
import { type Check, type Finding, ok, warning, wrong } from './finding.ts';

/** The alarms that end a run: that they are there, have data, and are not set off by the fault alone. */
export function alarmChecks(aws: AwsClients, experiment: Experiment, stage: string): readonly Check[] {
  const names = alarmNames(experiment.abort?.alarms);
  if (names.length === 0) return [];
  let read: Promise<ReadonlyMap<string, Alarm>> | undefined;
  const alarms = (): Promise<ReadonlyMap<string, Alarm>> => (read ??= readAlarms(aws, names));
  return names.map((name) => ({
    name: `alarm ${name}`,
    look: async () => alarmFindings(name, (await alarms()).get(name), experiment, stage),
  }));
}

export type Alarm = Omit<DescribedAlarm, 'name'>;

async function readAlarms(aws: AwsClients, names: readonly string[]): Promise<ReadonlyMap<string, Alarm>> {
  const found = await describeAlarms(aws, names);
  return new Map(found.map(({ name, ...alarm }) => [name, alarm]));
}

/** What is to say of one alarm; undefined where there is none. */
export function alarmFindings(
  name: string,
  alarm: Alarm | undefined,
  experiment: Experiment,
  stage: string,
): readonly Finding[] {
  if (alarm === undefined)
    return [wrong('does not exist here: every run is refused', 'look at its name, --stage and --region')];
  if (alarm.state === 'ALARM') return [wrong('is firing: every run is refused', 'wait until it is OK')];
  const quiet = (experiment.abort?.alarms ?? []).some(
    (one) => typeof one === 'object' && one.name === name && one.quiet === true,
  );
  if (alarm.state === 'INSUFFICIENT_DATA' && !quiet)
    return [
      wrong(
        'has no data, so it could stop nothing: every run is refused',
        'give it data, or say quiet: true in the file',
      ),
    ];
  const { metric } = alarm;
  const moved = metric === null ? [] : movedWords(metric, experiment, stage);
  return moved.length > 0 ? moved : [ok(alarm.state === 'OK' ? 'is OK' : 'is quiet by nature')];
}

function movedWords(metric: MetricAlarm, experiment: Experiment, stage: string): readonly Finding[] {
  const named = metricOf(metric);
  if (named === null) return [];
  const idOf = (name: string): string | null => {
    const target = experiment.targets[name];
    return target === undefined ? null : arnIdOf(target, stage);
  };
  return movers(experiment, idOf, named).map(({ kind, target }) =>
    warning(
      `watches ${named.metric}, which ${kind} on ${target} moves by itself: it may end the run on the fault, not on harm`,
      'watch what your users see, or set its threshold above what the fault alone makes',
    ),
  );
}

/** The one metric that an alarm watches; null where it is computed from several. */
function metricOf({ Namespace, MetricName, Dimensions = [] }: MetricAlarm): NamedMetric | null {
  if (Namespace === undefined || MetricName === undefined) return null;
  const dimensions = Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
  return { namespace: Namespace, metric: MetricName, dimensions };
}

/** What alarms watch, for who only wants to know that. */
export async function alarmFactsOf(
  aws: AwsClients,
  names: readonly string[],
): Promise<readonly AlarmFacts[]> {
  if (names.length === 0) return [];
  return [...(await readAlarms(aws, names))].map(([name, { metric }]) => ({
    name,
    metric: metric === null ? null : metricOf(metric),
  }));
}
