import type { Resource, Subject } from '../../contract/changer-bench.ts';
import { WatchedAws } from '../../support/aws/watched-aws.ts';
import type { Clients } from '../harness/clients.ts';
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
