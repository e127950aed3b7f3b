import type { CpuOccupation } from './cpu.ts';
import type { DiskOccupation } from './disk.ts';
import type { MemoryOccupation } from './memory.ts';

/** Something of the sandbox that is taken up while an invocation runs. */
export type Occupation = MemoryOccupation | DiskOccupation | CpuOccupation;

/** Gives back everything that was taken up; a second time it does nothing. Never rejects. */
export type GiveBack = () => Promise<void>;

/** What taking up asks of the dose meanwhile. */
export interface Permission {
  /** Whether it is still allowed; what takes long looks again and again. */
  isAllowed(): boolean;
  /** When the dose ends, in milliseconds since 1970: what goes on by itself ends then by itself. */
  readonly expiresAt: number;
}

/**
 * Takes up what is asked for, and never more than that. Undefined where there is nothing to take up here, or where it
 * was no longer allowed on the way: then nothing is left behind.
 */
export async function occupy(occupation: Occupation, permission: Permission): Promise<GiveBack | undefined> {
  switch (occupation.type) {
    case 'memory':
      return (await import('./memory.ts')).occupyMemory(occupation, permission);
    case 'disk':
      return (await import('./disk.ts')).occupyDisk(occupation, permission);
    case 'cpu':
      return (await import('./cpu.ts')).occupyCpu(occupation, permission);
  }
}
