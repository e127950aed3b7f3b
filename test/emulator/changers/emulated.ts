import type { OthersChange, Resource, Subject } from '../../contract/changer-bench.ts';
import { WatchedAws } from '../../support/aws/watched-aws.ts';
import type { Clients } from '../harness/clients.ts';
import { until } from '../harness/until.ts';
import { type Emulator, startEmulator } from '../harness/emulator.ts';

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
