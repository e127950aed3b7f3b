import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { FunctionTable } from '../adapters/function-table.ts';
import { randomText } from '../adapters/random.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import { Engine } from '../engine/engine.ts';
import type { Ports } from '../engine/ports.ts';
import { controlPlaneDrivers } from '../faults/control-plane.ts';
import { DoseDriver } from '../faults/dose.ts';
import { tracesOf } from '../faults/traces.ts';
import { prober } from '../signals/look.ts';
import { observer } from '../signals/observe.ts';
import { alarmsOnce, awsProbes } from './probes.ts';
import { type ControllerEnvironment, controllerEnvironment } from './environment.ts';
import { countMetric } from './metrics.ts';

/** One process of the controller: its clients are made once and serve every invocation. */
export interface Controller {
  readonly environment: ControllerEnvironment;
  readonly aws: AwsClients;
  readonly control: DynamoDbTable;
  readonly store: DynamoDbStore;
  readonly ports: Ports;
  readonly engine: Engine;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The engine over AWS, as the environment of the function names it. Only what every invocation needs, the table's
 * client, is loaded at once: an abort must not wait for clients that it does not use.
 */
export function openController(
  variables: Variables = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): Controller {
  const environment = controllerEnvironment(variables);
  const client = aws.get(DynamoDBClient);
  const control = new DynamoDbTable(client, environment.controlTable, wait);
  const store = new DynamoDbStore(control);
  const functions = new FunctionTable(new DynamoDbTable(client, environment.functionTable, wait));
  const ports: Ports = {
    clock: systemClock,
    store,
    drivers: [
      new DoseDriver(functions, randomText),
      ...controlPlaneDrivers(aws, { rolePolicy: environment.rolePolicyFunction }),
    ],
    processId: randomUUID(),
    observe: observer((name, run) => functions.readTelemetry(name, run)),
    ...remotePorts(environment, aws, store, control),
  };
  return { environment, aws, control, store, ports, engine: new Engine(ports) };
}

/** Each loads its service's client when it is first used. */
function remotePorts(
  environment: ControllerEnvironment,
  aws: AwsClients,
  store: DynamoDbStore,
  control: DynamoDbTable,
): Omit<Ports, 'clock' | 'store' | 'drivers' | 'processId' | 'observe'> {
  const deadMen = async (): Promise<Pick<Ports, 'armDeadMan' | 'disarmDeadMan'>> =>
    (await import('../adapters/aws/dead-man-schedule.ts')).deadManSchedules(aws, {
      group: `inoculate-${environment.stage}-runs`,
      functionArn: environment.deadManArn,
      roleArn: environment.schedulerRoleArn,
      deadLetterArn: environment.deadLetterArn,
    });
  // What aborts and what signals watch are read with one call where a look needs both.
  const alarms = alarmsOnce(aws);
  return {
    probe: prober(awsProbes(aws, alarms), systemClock, tracesOf),
    facts: async (run, signal) =>
      (await import('./facts.ts')).factsOf(environment, aws, store, control, systemClock)(run, signal),
    alarms: (names) => alarms(names),
    scheduleTick: async (id, epoch, n, at) => {
      const { tickQueue } = await import('../adapters/aws/ticks.ts');
      await tickQueue(aws, environment.tickQueueUrl, systemClock)(id, epoch, n, at);
    },
    armDeadMan: async (run, at, units) => (await deadMen()).armDeadMan(run, at, units),
    disarmDeadMan: async (id) => (await deadMen()).disarmDeadMan(id),
    publish: async (changes) =>
      (await import('../adapters/aws/bus.ts')).publisher(aws, environment.bus)(changes),
    page: async (run, message) => {
      countMetric(environment.stage, 'RevertsFailing', { run, message });
      const { pager } = await import('../adapters/aws/operators.ts');
      await pager(aws, environment.operatorsTopicArn)(run, message);
    },
  };
}
