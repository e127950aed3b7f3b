import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const lookEveryMs = 200;

/** Several files of tests deploy one service, and the framework keeps what it packs in a folder of the service: one does so at a time. */
export async function oneAtATime<T>(serviceDir: string, work: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(path.resolve(serviceDir)).digest('hex').slice(0, 16);
  const lock = path.join(tmpdir(), `inoculate-deploying-${name}`);
  while (!taken(lock)) await wait(lookEveryMs);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** What a process left behind that is no more counts as free. */
function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isAlive(ownerOf(lock))) rmSync(lock, { force: true });
  return false;
}

/** Undefined where the owner has just taken it and not written yet, or has just freed it. */
function ownerOf(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
