import { existsSync, readFileSync } from 'node:fs';
import { systemClock, wait } from '../adapters/system-clock.ts';
import type { RunStateChange } from '../core/publication.ts';
import type { Run } from '../core/run.ts';
import type { RunEnvironment, RunRecord } from '../report/record.ts';
import { systemClock as hostClock } from './clock.ts';
import { openController } from './controller.ts';
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
 * every one has ended with its faults read back as gone. Needs no function process.
 */
export async function recoverRuns(options: RecoverOptions): Promise<readonly RunRecord[]> {
  const database = await openDatabase(databaseDirOf(options.outDir), hostClock);
  try {
    const controller = await openController({
      dynamodbEndpoint: database.endpoint,
      targets: [],
      onChange: options.onChange,
      onLook: () => undefined,
      onPage: (message) => options.onError('revert', new Error(message)),
      onError: options.onError,
    });
    try {
      const { store, engine } = controller;
      const left = (await store.listActive()).map((entry) => entry.id);
      for (const id of left)
        await engine.deliver(id, { type: 'abort', at: systemClock.now(), by: 'inoculate revert' });
      while (!(await allOver(left.map((id) => store.loadRun(id))))) {
        await engine.sweep().catch((error: unknown) => options.onError('sweep', error));
        await wait(sweepEveryMs);
      }
      const environment = readEnvironment(options.outDir);
      return await Promise.all(left.map((id) => readRecord(controller, id, environment)));
    } finally {
      controller.stop();
    }
  } finally {
    await database.close();
  }
}

/** An active entry whose run was never stored has nothing to take back. */
async function allOver(loading: readonly Promise<{ readonly run: Run } | undefined>[]): Promise<boolean> {
  return (await Promise.all(loading)).every((loaded) => loaded === undefined || isOver(loaded.run));
}

function readEnvironment(outDir: string): RunEnvironment {
  return JSON.parse(readFileSync(environmentFileOf(outDir), 'utf8')) as RunEnvironment;
}

/** Whether a folder holds the state of a run. */
export function hasState(outDir: string): boolean {
  return existsSync(databaseDirOf(outDir)) && existsSync(environmentFileOf(outDir));
}
