import { randomUUID } from 'node:crypto';
import { closeSync, openSync, unlinkSync, write } from 'node:fs';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { GiveBack, Permission } from './occupation.ts';

/** Up to a share of the file system of /tmp, with what lies there already. */
export interface DiskOccupation {
  readonly type: 'disk';
  readonly fill: number;
}

/** How our file begins: what of that name is found was left by a process that was killed. */
export const FILL_PREFIX = 'inoculate-fill-';
/** The largest /tmp that Lambda gives is 10,240 MB; what is larger is somebody's disk. */
const LARGEST_BYTES = 10_240 * 1024 * 1024;
const CHUNK_BYTES = 4 * 1024 * 1024;

const writeTo = promisify(write);

interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly blockBytes: number;
}

/** How many bytes to write next: never so many that the share asked for is exceeded. */
export function bytesToWrite(fill: number, { totalBytes, freeBytes, blockBytes }: Space): number {
  const left = Math.floor(fill * totalBytes) - (totalBytes - freeBytes);
  const next = Math.min(left, freeBytes, CHUNK_BYTES);
  return Math.max(0, Math.floor(next / blockBytes) * blockBytes);
}

/**
 * A file that fills the file system, already without a name: whatever becomes of this process, the system frees its
 * space. A folder that is no file system of its own, or a large one, is left alone: it is not Lambda's.
 */
export async function occupyDisk(
  { fill }: DiskOccupation,
  { isAllowed }: Permission,
): Promise<GiveBack | undefined> {
  const folder = resolve(tmpdir());
  await removeLeftovers(folder);
  if (!(await isLambdas(folder))) return undefined;
  let file: number | undefined = openNameless(folder);
  const giveBack = (): Promise<void> => {
    if (file !== undefined) closeSync(file);
    file = undefined;
    return Promise.resolve();
  };
  try {
    const isFilled = await fillUp(file, folder, fill, isAllowed);
    if (isFilled) return giveBack;
  } catch (error) {
    await giveBack();
    throw error;
  }
  await giveBack();
  return undefined;
}

/** Writes until the share is reached; false where nothing was to be written, or it is no longer allowed. */
async function fillUp(
  file: number,
  folder: string,
  fill: number,
  isAllowed: () => boolean,
): Promise<boolean> {
  const zeros = Buffer.alloc(CHUNK_BYTES);
  let written = 0;
  for (;;) {
    if (!isAllowed()) return false;
    const bytes = bytesToWrite(fill, await spaceOf(folder));
    if (bytes === 0) return written > 0;
    try {
      written += (await writeTo(file, zeros, 0, bytes, written)).bytesWritten;
    } catch (error) {
      if (isFull(error)) return true;
      throw error;
    }
  }
}

function openNameless(folder: string): number {
  const path = join(folder, `${FILL_PREFIX}${randomUUID()}`);
  const file = openSync(path, 'wx', 0o600);
  unlinkSync(path);
  return file;
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names
      .filter((name) => name.startsWith(FILL_PREFIX))
      .map((name) => rm(join(folder, name), { force: true })),
  );
}

async function isLambdas(folder: string): Promise<boolean> {
  const [own, parent] = await Promise.all([stat(folder), stat(dirname(folder))]);
  return own.dev !== parent.dev && (await spaceOf(folder)).totalBytes <= LARGEST_BYTES;
}

async function spaceOf(folder: string): Promise<Space> {
  const { blocks, bfree, bavail, bsize } = await statfs(folder);
  // What is reserved for the system cannot be written, and counts as used.
  return { totalBytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize, blockBytes: bsize };
}

function isFull(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ENOSPC';
}
