import type { GiveBack, Permission } from './occupation.ts';

/** Up to a share of the function's memory with what is used already, or so many bytes beside it. */
export type MemoryOccupation = { readonly type: 'memory' } & (
  { readonly fill: number } | { readonly bytes: number }
);

const MEBIBYTE = 1024 * 1024;
/** As large as to get a mapping of its own from the allocator: given back, it is gone at once. */
const CHUNK_BYTES = 64 * MEBIBYTE;
const PAGE_BYTES = 4096;
/** By which the process itself may grow meanwhile, and is still within the share. */
const RESERVE_BYTES = 4 * MEBIBYTE;

interface Memory {
  /** The function's. */
  readonly limitBytes: number;
  /** By the whole process, what was taken up included. */
  readonly usedBytes: number;
  readonly takenBytes: number;
}

/** How many bytes to take next: whatever is there already counts towards a share, and the whole never exceeds it. */
export function bytesToTake(
  occupation: MemoryOccupation,
  { limitBytes, usedBytes, takenBytes }: Memory,
): number {
  const left =
    'bytes' in occupation
      ? occupation.bytes - takenBytes
      : Math.floor(occupation.fill * limitBytes) - usedBytes - RESERVE_BYTES;
  const leastBytes = 'bytes' in occupation ? PAGE_BYTES : MEBIBYTE;
  if (!(left >= leastBytes)) return 0;
  return Math.min(CHUNK_BYTES, Math.floor(left / PAGE_BYTES) * PAGE_BYTES);
}

/** Memory outside of V8's heap whose pages are really there. */
export async function occupyMemory(
  occupation: MemoryOccupation,
  { isAllowed }: Permission,
): Promise<GiveBack | undefined> {
  const limitBytes = Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']) * MEBIBYTE;
  const chunks: ArrayBuffer[] = [];
  const giveBack = (): Promise<void> => {
    // Without waiting for the garbage collector, which does not know that it would be worth while.
    for (const chunk of chunks.splice(0)) chunk.transfer(0);
    return Promise.resolve();
  };
  let takenBytes = 0;
  try {
    for (;;) {
      const bytes = bytesToTake(occupation, { limitBytes, usedBytes: process.memoryUsage.rss(), takenBytes });
      if (bytes === 0 && takenBytes > 0) return giveBack;
      if (bytes === 0 || !isAllowed()) break;
      chunks.push(touched(bytes));
      takenBytes += bytes;
      await new Promise((resolve) => setImmediate(resolve)); // else nobody would notice that the dose has ended
    }
  } catch (error) {
    await giveBack();
    throw error;
  }
  await giveBack();
  return undefined;
}

/** Only pages that are written to take up memory: a small rest is a large mapping of which little is touched. */
function touched(bytes: number): ArrayBuffer {
  const { buffer } = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  new Uint8Array(buffer, 0, bytes).fill(1);
  return buffer;
}
