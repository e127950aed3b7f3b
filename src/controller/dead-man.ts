import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { FunctionTable } from '../adapters/function-table.ts';
import { randomText } from '../adapters/random.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import { type DeadManInput, revertAll } from '../engine/dead-man.ts';
import { controlPlaneDrivers } from '../faults/control-plane.ts';
import { DoseDriver } from '../faults/dose.ts';
import { controllerEnvironment } from './environment.ts';
import { describeError, log } from './log.ts';

/** Shares as little as can be with the engine: no engine, no run state, nothing but the drivers and what it is handed. */
export function openDeadMan(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): (input: DeadManInput & { readonly schedule: string }) => Promise<void> {
  const environment = controllerEnvironment(variables);
  const client = aws.get(DynamoDBClient);
  const doses = new FunctionTable(new DynamoDbTable(client, environment.functionTable, wait));
  const ports = {
    clock: systemClock,
    drivers: [
      new DoseDriver(doses, randomText),
      ...controlPlaneDrivers(aws, { rolePolicy: environment.rolePolicyFunction }),
    ],
    leases: new DynamoDbStore(new DynamoDbTable(client, environment.controlTable, wait)),
    processId: randomUUID(),
  };
  return async (input) => {
    const results = await revertAll(ports, input);
    log('warn', 'the dead-man has taken back the faults of a run', { run: input.run.id, results });
    try {
      const { deleteSchedule } = await import('../adapters/aws/dead-man-schedule.ts');
      await deleteSchedule(aws, `inoculate-${environment.stage}-runs`, input.schedule);
    } catch (error) {
      // It comes again in a minute, and finds everything taken back.
      log('warn', 'the schedule of a dead-man could not be deleted', describeError(error));
    }
  };
}
