import { tableThroughput } from './changers/table-throughput.ts';
import type { ControlPlaneFaultModule } from './module.ts';

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
  changer: tableThroughput,
};
