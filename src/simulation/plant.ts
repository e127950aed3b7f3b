import type { MemoryFunctionTable } from '../adapters/memory-function-table.ts';
import type { MemoryStore } from '../adapters/memory-store.ts';
import type { Rules } from '../engine/commit.ts';
import type { FaultDriver, FunctionStore, Ports, Store } from '../engine/ports.ts';

/** A bug on purpose, put in at a seam: the simulation must find it. */
export interface Plant {
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly bug: string;
  /** The control table, as it would be with the bug. */
  store?(truth: MemoryStore): Store;
  functions?(truth: MemoryFunctionTable): FunctionStore;
  driver?(truth: FaultDriver): FaultDriver;
  /** The ports of one process, as they would be with the bug. */
  ports?(ports: Ports): Ports;
  readonly rules?: Rules;
}
