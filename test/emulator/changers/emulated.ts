import type { OthersChange, Resource, Subject } from '../../contract/changer-bench.ts';
import { type ContractOptions, describeChanger } from '../../contract/changer-contract.ts';
import { WatchedAws } from '../../support/aws/watched-aws.ts';
import type { Clients } from '../harness/clients.ts';
import { until } from '../harness/until.ts';
import { type Emulator, startEmulator } from '../harness/emulator.ts';

/**
 * The contract of changers on the emulator: cycles, crashes after each call, and changes by others. What happens at the
 * client's edge is tested on fakes; INOCULATE_LONG=1 asks for it here, too.
 */
export function describeOnEmulator(
  name: string,
  open: () => Promise<Subject>,
  options: ContractOptions = {},
): void {
  describeChanger(name, open, { ...options, disturbed: process.env['INOCULATE_LONG'] === '1' });
}

/** What a subject makes its resources of. */
export interface Emulated {
  readonly clients: Clients;
  readonly region: string;
  /** Clients of a new process of ours. */
  process(): WatchedAws;
  /** A name that nothing else here has. */
  name(): string;
}

/** A changer on an emulator of its own, with the SDK's real clients. */
export async function onEmulator(
  { changer, faults }: Pick<Subject, 'changer' | 'faults'>,
  make: (on: Emulated) => Promise<Resource>,
): Promise<Subject> {
  const emulator: Emulator = await startEmulator();
  const { endpoint, region } = emulator;
  const credentials = emulator.recorder.credentialsOf('controller');
  let n = 0;
  const on: Emulated = {
    clients: emulator.clients(),
    region,
    process: () => new WatchedAws({ endpoint, region, credentials }),
    name: () => `target-${(n += 1)}`,
  };
  return { changer, faults, make: () => make(on), close: () => emulator.stop() };
}

/** Null where AWS says that there is no such thing. */
export async function orNull<T>(reading: Promise<T>, ...names: readonly string[]): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return null;
    throw error;
  }
}

/** Somebody else changes what our fault had changed. */
export function onSetting(make: () => Promise<unknown>): OthersChange {
  return { make: async () => void (await make()), leaves: 'drift', refusesApply: true };
}

/** Somebody else changes something beside it. */
export function besides(make: () => Promise<unknown>): OthersChange {
  return { make: async () => void (await make()), leaves: 'clean', refusesApply: false };
}

/** The same resource where AWS needs a moment for each change: whoever looks at it, or changes it, waits for that. */
export function settling(resource: Resource, isSettled: () => Promise<boolean>): Resource {
  const settled = () => until(isSettled);
  const others = Object.entries(resource.others).map(([name, change]) => {
    const make = async (): Promise<void> => {
      await settled();
      await change.make();
      await settled();
    };
    return [name, { ...change, make }] as const;
  });
  return {
    ...resource,
    settled,
    others: Object.fromEntries(others),
    describe: async () => {
      await settled();
      return resource.describe();
    },
  };
}
