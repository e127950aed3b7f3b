import { EffectError } from './errors.ts';
import type { Clock, FaultDriver, Json, Lease, ReadResult, Store } from './ports.ts';
import type { Run, Unit } from '../core/run.ts';

/** All that the dead-man has when it comes: it must work with the table and the engine gone. */
export interface DeadManInput {
  /** The run as it was when the dead-man was armed. */
  readonly run: Run;
  readonly units: readonly ArmedUnit[];
}

export interface ArmedUnit {
  readonly unit: Unit;
  /** Epoch of the lock under which its faults are applied. */
  readonly epoch: number;
  readonly undo: Json;
}

export interface DeadManPorts {
  readonly clock: Clock;
  readonly drivers: readonly FaultDriver[];
  /** Taken where it can be had; where the table is gone, nobody else changes anything either. */
  readonly leases: Pick<Store, 'takeLease' | 'releaseLease'>;
  readonly processId: string;
}

const callDeadlineMs = 10_000;

/**
 * The second way out: takes back every fault of the run, by what it was handed, and reads back. Throws where one could
 * not be shown to be gone: whoever called does so again.
 */
export async function revertAll(ports: DeadManPorts, input: DeadManInput): Promise<readonly ReadResult[]> {
  const results = await Promise.allSettled(input.units.map((armed) => revertOne(ports, input.run, armed)));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} units of run ${input.run.id} are not back yet`);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function revertOne(ports: DeadManPorts, run: Run, armed: ArmedUnit): Promise<ReadResult> {
  const { unit } = armed;
  const driver = ports.drivers.find((candidate) => candidate.name === unit.driver);
  if (driver === undefined) throw new Error(`No driver ${unit.driver}`);
  const now = ports.clock.now();
  const holder = `${ports.processId}/${run.id}/dead-man/${now}`;
  const lease = { holder, kind: 'revert', now, until: now + callDeadlineMs + run.settings.skewMs } as const;
  const leased = await takeLease(ports, unit, lease);
  const result = await ports.clock.deadline(callDeadlineMs, (signal) =>
    driver.revert({ run, unit, epoch: armed.epoch, undo: armed.undo, signal }),
  );
  // A lease that cannot be given back runs out by itself.
  const release = (): Promise<void> => ports.leases.releaseLease(unit.resource, holder);
  if (leased) await Promise.allSettled([ports.clock.deadline(callDeadlineMs, release)]);
  if (result.read === 'ours')
    throw new EffectError('still-in-place', `${unit.resource} is still changed: ${result.detail}`, {
      unknown: false,
    });
  return result;
}

/** False where the table does not answer. */
async function takeLease(ports: DeadManPorts, unit: Unit, lease: Lease): Promise<boolean> {
  const [answer] = await Promise.allSettled([
    ports.clock.deadline(callDeadlineMs, () => ports.leases.takeLease(unit.resource, lease)),
  ]);
  if (answer.status === 'rejected') return false;
  if (!answer.value)
    throw new EffectError('resource-busy', `Something else is changing ${unit.resource}`, { unknown: false });
  return true;
}
