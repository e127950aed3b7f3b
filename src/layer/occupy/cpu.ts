import { Worker } from 'node:worker_threads';
import type { GiveBack, Permission } from './occupation.ts';

/** So many threads that each burn a share of one CPU. */
export interface CpuOccupation {
  readonly type: 'cpu';
  readonly load: number;
  readonly threads: number;
}

/** Burns for a share of every period and sleeps for the rest; ends when told to, and by itself when the dose ends. */
const burner = `
const { workerData } = require('node:worker_threads');
const { load, expiresAt, ended } = workerData;
const PERIOD_MS = 20;
let startsAt = performance.now();
while (Atomics.load(ended, 0) === 0 && Date.now() < expiresAt) {
  while (performance.now() < startsAt + load * PERIOD_MS);
  // After a freeze, what was missed is not made up for.
  startsAt = Math.max(startsAt + PERIOD_MS, performance.now() - PERIOD_MS);
  const restMs = startsAt - performance.now();
  if (restMs > 0) Atomics.wait(ended, 0, 0, restMs);
}
`;

/**
 * Worker threads that burn beside the function. They have neither its environment nor its options, so that nothing that
 * is preloaded into its threads is loaded into these, and they keep no process alive.
 */
export async function occupyCpu(
  { load, threads }: CpuOccupation,
  { expiresAt }: Permission,
): Promise<GiveBack | undefined> {
  const ended = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: threads }, () => startWorker({ load, expiresAt, ended }));
  const giveBack = async (): Promise<void> => {
    Atomics.store(ended, 0, 1);
    Atomics.notify(ended, 0);
    await Promise.allSettled(workers.map((worker) => worker.terminate()));
  };
  try {
    await Promise.all(workers.map(isOnline));
    for (const worker of workers) worker.unref(); // before that, nothing else might keep the process alive
  } catch (error) {
    await giveBack();
    throw error;
  }
  return giveBack;
}

function startWorker(workerData: object): Worker {
  return new Worker(burner, {
    eval: true,
    env: {},
    execArgv: [],
    workerData,
    name: 'inoculate-cpu',
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
}

function isOnline(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('online', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('a thread ended before it began')));
  });
}
