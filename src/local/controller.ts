import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { FunctionTable } from '../adapters/function-table.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { ensureTable } from '../adapters/tables.ts';
import type { TargetFacts } from '../core/facts.ts';
import type { RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import { Engine } from '../engine/engine.ts';
import type { FaultDriver, Ports, Store } from '../engine/ports.ts';
import { DoseDriver } from '../faults/dose.ts';
import { observer } from '../signals/observe.ts';
import { functionTableName } from './host.ts';
import { Timers } from './timers.ts';

export const controlTable = 'inoculate-control';

export interface LocalControllerOptions {
  /** Where the embedded database listens. */
  readonly dynamodbEndpoint: string;
  /** What is known of the experiment's targets. */
  readonly targets: readonly TargetFacts[];
  readonly onChange: (change: RunStateChange) => void;
  readonly onLook: (look: Look) => void;
  readonly onPage: (message: string) => void;
  /** A tick or the dead-man that failed; the next tick tries again. */
  readonly onError: (what: string, error: unknown) => void;
}

/** What one look at the groups showed. */
export type Look = Awaited<ReturnType<Ports['observe']>>;

export interface LocalController {
  readonly engine: Engine;
  readonly store: Store;
  stop(): void;
}

/** The engine on one machine: the same core, store and drivers as on AWS, over the embedded database. */
export async function openController(options: LocalControllerOptions): Promise<LocalController> {
  const client = new DynamoDBClient({
    endpoint: options.dynamodbEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await Promise.all([ensureTable(client, controlTable), ensureTable(client, functionTableName)]);
  const store = new DynamoDbStore(new DynamoDbTable(client, controlTable, wait));
  const functions = new FunctionTable(new DynamoDbTable(client, functionTableName, wait));
  const drivers = [new DoseDriver(functions)];
  const timers = new Timers(options.onError);
  const deliverTick = async (id: RunId, epoch: number, n: number): Promise<void> => {
    await engine.deliver(id, { type: 'tick', at: systemClock.now(), epoch, n });
  };
  const observe = observer((functionName, run) => functions.readTelemetry(functionName, run));
  const ports: Ports = {
    clock: systemClock,
    store,
    drivers,
    processId: `local-${process.pid}`,
    facts: () =>
      Promise.resolve({
        limits: {
          maxExposure: 0.5,
          maxDurationMs: 86_400_000,
          maxRunsAtOnce: 100,
          runsNow: 0,
          allowedKinds: 'all',
          approvalRequired: false,
        },
        window: { open: true, reason: '' },
        targets: options.targets,
      }),
    alarms: () => Promise.resolve([]),
    observe: async (run, final, at) => {
      const look = await observe(run, final, at);
      options.onLook(look);
      return look;
    },
    scheduleTick: (id, epoch, n, at) =>
      Promise.resolve(timers.at(at, `tick ${n} of ${id}`, () => deliverTick(id, epoch, n))),
    armDeadMan: (run, at, units) =>
      Promise.resolve(
        timers.at(at, `dead-man of ${run.id}`, () => deadMan(drivers, run, units), `dead-man ${run.id}`),
      ),
    disarmDeadMan: (id) => Promise.resolve(timers.cancel(`dead-man ${id}`)),
    publish: (change) => Promise.resolve(options.onChange(change)),
    notify: () => Promise.resolve(),
    page: (_id, message) => Promise.resolve(options.onPage(message)),
  };
  const engine = new Engine(ports);
  return {
    engine,
    store,
    stop: () => {
      timers.stop();
      client.destroy();
    },
  };
}

/** Reverts by the undo records it was armed with: it needs neither the run nor the engine. */
async function deadMan(drivers: readonly FaultDriver[], ...[run, units]: DeadManInput): Promise<void> {
  const results = await Promise.allSettled(
    units.map(({ unit, epoch, undo }) =>
      systemClock.deadline(10_000, (signal) => {
        const driver = drivers.find((candidate) => candidate.name === unit.driver);
        if (driver === undefined) throw new Error(`No driver ${unit.driver}`);
        return driver.revert({ run, unit, epoch, undo, signal });
      }),
    ),
  );
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `The dead-man could not revert ${failures.length} of ${units.length} units`,
    );
}

type DeadManInput = [run: Parameters<Ports['armDeadMan']>[0], units: Parameters<Ports['armDeadMan']>[2]];
