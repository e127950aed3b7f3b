import { existsSync, readFileSync } from 'node:fs';
import { systemClock, wait } from '../adapters/system-clock.ts';
import type { RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import type { Store } from '../engine/ports.ts';
import type { RunEnvironment, RunRecord } from '../report/record.ts';
import { systemClock as hostClock } from './clock.ts';
import { openController, type LocalController } from './controller.ts';
import { openDatabase } from './database.ts';
import { databaseDirOf, environmentFileOf, isOver, readRecord } from './session.ts';

export interface RecoverOptions {
  readonly outDir: string;
  readonly onChange: (change: RunStateChange) => void;
  readonly onError: (what: string, error: unknown) => void;
}

const sweepEveryMs = 500;

/**
 * Finishes the runs that a host left behind when it died: opens its database, asks each run to stop, and sweeps until
 * every one has ended with its faults read back as gone. Needs no function process. Runs that had ended are only read
 * again, where that is due. Returns the records of those that it ended.
 */
export async function recoverRuns(options: RecoverOptions): Promise<readonly RunRecord[]> {
  const database = await openDatabase(databaseDirOf(options.outDir), hostClock);
  try {
    const controller = await openController({
      dynamodbEndpoint: database.endpoint,
      targets: [],
      onChange: options.onChange,
      onProbed: () => undefined,
      onLook: () => undefined,
      onPage: (message) => options.onError('revert', new Error(message)),
      onError: options.onError,
    });
    try {
      return await finish(controller, options);
    } finally {
      controller.stop();
    }
  } finally {
    await database.close();
  }
}

async function finish(
  controller: LocalController,
  { outDir, onError }: RecoverOptions,
): Promise<readonly RunRecord[]> {
  const { store, engine } = controller;
  const sweep = (): Promise<void> => engine.sweep().catch((error: unknown) => onError('sweep', error));
  const known = (await store.listActive()).map((entry) => entry.id);
  const open = new Set(await stillOpen(store, known));
  for (const id of open)
    await engine.deliver(id, { type: 'abort', at: systemClock.now(), by: 'inoculate revert' });
  // The first sweep also reads ended runs again: one that shows its own change goes back to reverting.
  await sweep();
  for (;;) {
    const left = await stillOpen(store, known);
    left.forEach((id) => open.add(id));
    if (left.length === 0) break;
    await wait(sweepEveryMs);
    await sweep();
  }
  const environment = readEnvironment(outDir);
  return Promise.all([...open].map((id) => readRecord(controller, id, environment)));
}

/** Those that have not ended. An active entry whose run was never stored has nothing to take back. */
async function stillOpen(store: Store, ids: readonly RunId[]): Promise<readonly RunId[]> {
  const loaded = await Promise.all(ids.map((id) => store.loadRun(id)));
  return loaded.flatMap((one) => (one === undefined || isOver(one.run) ? [] : [one.run.id]));
}

function readEnvironment(outDir: string): RunEnvironment {
  return JSON.parse(readFileSync(environmentFileOf(outDir), 'utf8')) as RunEnvironment;
}

/** Whether a folder holds the state of a run. */
export function hasState(outDir: string): boolean {
  return existsSync(databaseDirOf(outDir)) && existsSync(environmentFileOf(outDir));
}
