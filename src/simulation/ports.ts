import type { EpochMs, RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import type { DeadManInput } from '../engine/dead-man.ts';
import type { FaultDriver, FunctionStore, Lease, Ports } from '../engine/ports.ts';
import { runsNow } from '../engine/runs-now.ts';
import { DoseDriver } from '../faults/dose.ts';
import type { Environment } from './environment.ts';
import { type Network, overNetwork } from './network.ts';
import type { Oracle } from './oracle.ts';
import type { Plant } from './plant.ts';
import type { SimProcess } from './process.ts';
import type { Random } from './random.ts';
import { hasPolicy, PolicyDriver, type ResourceApi } from './resource.ts';
import type { Timeline } from './timeline.ts';

/** Where messages go that a process sends. */
export interface Outside {
  tick(id: RunId, epoch: number, n: number, delayMs: number): void;
  arm(input: DeadManInput, at: EpochMs): void;
  disarm(id: RunId): void;
  published(change: RunStateChange): void;
}

/** What the ports of every process share. */
export interface Surroundings {
  readonly environment: Environment;
  readonly network: Network;
  readonly timeline: Timeline;
  readonly oracle: Oracle;
  readonly random: Random;
  readonly plant: Plant | null;
  readonly outside: Outside;
}

/** The ports of one process: everything it does beyond itself goes over the network. */
export function createPorts(around: Surroundings, process: SimProcess): Ports {
  const { environment, network, oracle, outside } = around;
  const call = <T>(label: string, effect: () => Promise<T>): Promise<T> =>
    network.call(process, label, effect);
  const store = storeOf(around, process);
  const functions = overNetwork(environment.plantedFunctions, (method, effect) =>
    network.call(process, `functions.${method}`, effect, { apply: method === 'writeDose' }),
  );
  const ports: Ports = {
    clock: process.clock,
    processId: process.id,
    store,
    drivers: driversOf(around, process, functions),
    facts: async (run) => {
      const others = await runsNow(store, run.id);
      return call('aws.facts', async () => environment.factsOf(run.experiment, others));
    },
    alarms: (names) =>
      call('aws.alarms', async () =>
        names.flatMap((name) => {
          const state = environment.alarms.get(name);
          return state === undefined ? [] : [{ name, state }];
        }),
      ),
    observe: (run) => call('aws.observe', async () => environment.observe(run)),
    probe: (run) => call('aws.probe', async () => environment.probe(run)),
    scheduleTick: (id, epoch, n, at) => {
      const delayMs = Math.max(0, at - process.clock.now());
      return call('queue.send', async () => outside.tick(id, epoch, n, delayMs));
    },
    armDeadMan: (run, at, units) => call('scheduler.arm', async () => outside.arm({ run, units }, at)),
    disarmDeadMan: (id) => call('scheduler.disarm', async () => outside.disarm(id)),
    publish: (changes) =>
      call('bus.publish', async () => changes.forEach((change) => outside.published(change))),
    page: () => call('channel.page', async () => oracle.note('page')),
  };
  return around.plant?.ports?.(ports) ?? ports;
}

/** The control table, as this process reaches it; the oracle is to know what the process saw when. */
function storeOf(around: Surroundings, process: SimProcess): Ports['store'] {
  const { environment, network, timeline } = around;
  return overNetwork(environment.plantedStore, (method, effect, args) =>
    network.call(process, `store.${method}`, () => {
      const { now } = timeline;
      if (method === 'loadRun') process.looks.push({ run: String(args[0]), at: now });
      const answer = effect();
      if (method === 'takeLease') {
        const { holder, until } = args[1] as Lease;
        // Whoever asks next may have a clock that is ahead: so much of the lease protects nobody.
        const surely = until - process.offsetMs - environment.scenario.settings.skewMs;
        const known = process.leases.get(String(args[0]));
        // The same request once more, landing late, is no new lease.
        const at = known?.holder === holder ? known.at : now;
        process.leases.set(String(args[0]), { holder, at, until: surely });
      }
      return answer;
    }),
  );
}

function driversOf(
  around: Surroundings,
  process: SimProcess,
  functions: FunctionStore,
): readonly FaultDriver[] {
  const doses = new DoseDriver(functions, (bytes) => 'A'.repeat(Math.ceil((bytes * 4) / 3)));
  const onlyDoses: FaultDriver = withChanges(doses, {
    plan: (experiment, targets, run) =>
      doses.plan(
        experiment,
        targets.filter((target) => target.id === null || !hasPolicy(target.id)),
        run,
      ),
  });
  const policies = new PolicyDriver(apiOf(around, process), around.environment.scenario.settleMs);
  return [onlyDoses, policies].map((driver) =>
    watched(around.oracle, process, around.plant?.driver?.(driver) ?? driver),
  );
}

function apiOf({ environment, network, timeline, random }: Surroundings, process: SimProcess): ResourceApi {
  const { settleMs, stragglers } = environment.scenario;
  return {
    read: (name) =>
      network.call(process, 'aws.read', async () =>
        environment.resource(name).readAt(timeline.now, random.int(0, settleMs)),
      ),
    write: (name, value, version, leaseUntil) => {
      const notAfter = leaseUntil === null ? Infinity : leaseUntil - process.offsetMs;
      return network.call(
        process,
        'aws.write',
        async () => environment.resource(name).write(timeline.now, value, version),
        { apply: leaseUntil !== null, ...(stragglers ? { lateMs: 240_000 } : { notAfter }) },
      );
    },
  };
}

/** Tells the oracle when an effect starts. */
function watched(oracle: Oracle, process: SimProcess, driver: FaultDriver): FaultDriver {
  return withChanges(driver, {
    apply: (context) => {
      oracle.applyStarts(process, context.run, context.unit);
      return driver.apply(context);
    },
    revert: async (context) => {
      // The dead-man goes ahead where it cannot have a lease.
      if (process.id.startsWith('dead-man')) return driver.revert(context);
      const ended = oracle.revertStarts(process, context.unit.resource);
      try {
        return await driver.revert(context);
      } finally {
        ended();
      }
    },
  });
}

/** The driver with some of its methods replaced. */
export function withChanges(driver: FaultDriver, changes: Partial<FaultDriver>): FaultDriver {
  return {
    name: driver.name,
    plan: (...args) => driver.plan(...args),
    capture: (context) => driver.capture(context),
    apply: (context) => driver.apply(context),
    revert: (context) => driver.revert(context),
    readBack: (context) => driver.readBack(context),
    ...changes,
  };
}
