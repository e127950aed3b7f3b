import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { FunctionTable } from '../adapters/function-table.ts';
import { randomText } from '../adapters/random.ts';
import { systemClock, wait } from '../adapters/system-clock.ts';
import { ensureTable } from '../adapters/tables.ts';
import type { TargetFacts } from '../core/facts.ts';
import type { RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import { Engine } from '../engine/engine.ts';
import { revertAll } from '../engine/dead-man.ts';
import type { Ports, Store } from '../engine/ports.ts';
import { DoseDriver } from '../faults/dose.ts';
import { prober } from '../signals/look.ts';
import { observer } from '../signals/observe.ts';
import type { Probes } from '../signals/probes.ts';
import { functionTableName } from './host.ts';
import { Timers } from './timers.ts';

export const controlTable = 'inoculate-control';

/** Often enough to revive a chain of ticks that died, as the sweep of every minute does on AWS. */
const sweepEveryMs = 30_000;

export interface LocalControllerOptions {
  /** Where the embedded database listens. */
  readonly dynamodbEndpoint: string;
  /** What is known of the experiment's targets. */
  readonly targets: readonly TargetFacts[];
  readonly onChange: (change: RunStateChange) => void;
  readonly onLook: (look: Look) => void;
  readonly onProbed: (probed: Probed) => void;
  /** How the signals that are no statistics are read; a run that is only finished needs none. */
  readonly probes?: Probes;
  readonly onPage: (message: string) => void;
  /** A tick or the dead-man that failed; the next tick tries again. */
  readonly onError: (what: string, error: unknown) => void;
}

/** What one look at the groups showed. */
export type Look = Awaited<ReturnType<Ports['observe']>>;
/** What one look at the other signals showed. */
export type Probed = Awaited<ReturnType<Ports['probe']>>;

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
  const drivers = [new DoseDriver(functions, randomText)];
  const timers = new Timers(options.onError);
  const processId = `local-${process.pid}`;
  const deliverTick = async (id: RunId, epoch: number, n: number): Promise<void> => {
    await engine.deliver(id, { type: 'tick', at: systemClock.now(), epoch, n });
  };
  const deadMan = { clock: systemClock, drivers, leases: store, processId };
  const sweep = async (): Promise<void> => {
    await engine.sweep();
    timers.at(systemClock.now() + sweepEveryMs, 'sweep', sweep, 'sweep');
  };
  const observe = observer((functionName, run) => functions.readTelemetry(functionName, run));
  const probe = prober(options.probes ?? {}, systemClock);
  const ports: Ports = {
    clock: systemClock,
    store,
    drivers,
    processId,
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
    probe: async (run, at) => {
      const probed = await probe(run, at);
      options.onProbed(probed);
      return probed;
    },
    scheduleTick: (id, epoch, n, at) =>
      Promise.resolve(timers.at(at, `tick ${n} of ${id}`, () => deliverTick(id, epoch, n))),
    armDeadMan: (run, at, units) => {
      const revert = async (): Promise<void> => void (await revertAll(deadMan, { run, units }));
      return Promise.resolve(timers.at(at, `dead-man of ${run.id}`, revert, `dead-man ${run.id}`));
    },
    disarmDeadMan: (id) => Promise.resolve(timers.cancel(`dead-man ${id}`)),
    publish: (changes) => Promise.resolve(changes.forEach((change) => options.onChange(change))),
    page: (_id, message) => Promise.resolve(options.onPage(message)),
  };
  const engine = new Engine(ports);
  timers.at(systemClock.now() + sweepEveryMs, 'sweep', sweep, 'sweep');
  return {
    engine,
    store,
    stop: () => {
      timers.stop();
      client.destroy();
    },
  };
}
