import { tableThroughput } from './changers/table-throughput.ts';
import type { ControlPlaneFaultModule, Trace } from './module.ts';

export const dynamodbThrottle: ControlPlaneFaultModule<'dynamodb.throttle'> = {
  explain({ target, readUnits, writeUnits, indexes }) {
    const limits = [
      ...(readUnits === undefined
        ? []
        : [`${readUnits} read units per second${indexes?.length === 0 ? '' : ', of each index, too'}`]),
      ...(writeUnits === undefined ? [] : [`${writeUnits} write units per second`]),
    ];
    return `table ${target} is lowered to ${limits.join(' and ')}; calls beyond that are throttled, after a burst that DynamoDB lets through`;
  },
  losesData: () => null,
  // An index has metrics of its own, which can be named only where the index is.
  traces: ({ readUnits, writeUnits, indexes = [] }, TableName) => [
    ...(readUnits === undefined
      ? []
      : [
          ...tracesOf('Read', { TableName }),
          ...indexes.flatMap((GlobalSecondaryIndexName) =>
            tracesOf('Read', { TableName, GlobalSecondaryIndexName }),
          ),
        ]),
    ...(writeUnits === undefined ? [] : tracesOf('Write', { TableName })),
  ],
  changer: tableThroughput,
};

/** Beyond the provisioned capacity, and beyond the maximum of an on-demand table. */
function tracesOf(access: 'Read' | 'Write', dimensions: Trace['dimensions']): readonly Trace[] {
  return [`${access}ThrottleEvents`, `${access}MaxOnDemandThroughputThrottleEvents`].map((metric) => ({
    namespace: 'AWS/DynamoDB',
    metric,
    dimensions,
  }));
}
