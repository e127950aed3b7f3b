import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { AwsClients } from '../../aws/clients.ts';
import type { Stops } from '../../core/facts.ts';

type AlarmState = Stops['alarms'][number];

/** An alarm as CloudWatch has it. */
export interface DescribedAlarm {
  readonly name: string;
  readonly state: string | undefined;
  /** Null for a composite one. */
  readonly metric: MetricAlarm | null;
}

/** DescribeAlarms takes this many names in one call. */
const namesPerCall = 100;

/** Alarms by their names, metric and composite ones alike; one that does not exist is left out. */
export async function describeAlarms(
  aws: AwsClients,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly DescribedAlarm[]> {
  const found: DescribedAlarm[] = [];
  for (let start = 0; start < names.length; start += namesPerCall) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await aws.get(CloudWatchClient).send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(start, start + namesPerCall),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: namesPerCall,
      }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    for (const metric of MetricAlarms)
      if (metric.AlarmName !== undefined)
        found.push({ name: metric.AlarmName, state: metric.StateValue, metric });
    for (const { AlarmName, StateValue } of CompositeAlarms)
      if (AlarmName !== undefined) found.push({ name: AlarmName, state: StateValue, metric: null });
  }
  return found;
}

/** The states of alarms; one without any is left out. */
export function alarmReader(
  aws: AwsClients,
): (names: readonly string[], signal?: AbortSignal) => Promise<readonly AlarmState[]> {
  return async (names, signal) =>
    (await describeAlarms(aws, names, signal)).flatMap(({ name, state }) =>
      state === undefined ? [] : [{ name, state: stateOf(state) }],
    );
}

/** A state that is not known is no state in which a run may be watched. */
function stateOf(value: string): AlarmState['state'] {
  return value === 'OK' || value === 'ALARM' ? value : 'INSUFFICIENT_DATA';
}
