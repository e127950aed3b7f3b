import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { AwsClients } from '../../aws/clients.ts';
import type { Stops } from '../../core/facts.ts';

type AlarmState = Stops['alarms'][number];

/** DescribeAlarms takes this many names in one call. */
const namesPerCall = 100;

/** The states of alarms, metric and composite ones alike; one that does not exist is left out. */
export function alarmReader(
  aws: AwsClients,
): (names: readonly string[], signal?: AbortSignal) => Promise<readonly AlarmState[]> {
  return async (names, signal) => {
    const found: AlarmState[] = [];
    for (let start = 0; start < names.length; start += namesPerCall) {
      const { MetricAlarms = [], CompositeAlarms = [] } = await aws.get(CloudWatchClient).send(
        new DescribeAlarmsCommand({
          AlarmNames: names.slice(start, start + namesPerCall),
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          MaxRecords: namesPerCall,
        }),
        signal === undefined ? {} : { abortSignal: signal },
      );
      for (const { AlarmName, StateValue } of [...MetricAlarms, ...CompositeAlarms])
        if (AlarmName !== undefined && StateValue !== undefined)
          found.push({ name: AlarmName, state: stateOf(StateValue) });
    }
    return found;
  };
}

/** A state that is not known is no state in which a run may be watched. */
function stateOf(value: string): AlarmState['state'] {
  return value === 'OK' || value === 'ALARM' ? value : 'INSUFFICIENT_DATA';
}
