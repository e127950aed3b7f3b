import { setTimeout } from 'node:timers/promises';

const everyMs = 500;
const looks = 5;

/** Looks until it is so, for two seconds: AWS often needs one, and an effect has no time for more. False where it is not. */
export async function until(holds: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  for (let look = 1; look <= looks; look += 1) {
    if (await holds()) return true;
    if (look < looks) await setTimeout(everyMs, undefined, { signal });
  }
  return false;
}
