import type { EpochMs } from './ids.ts';

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** How far apart the slots of a rate are: `2 hours` → 7 200 000. The schema has let nothing else through. */
export function rateMs(rate: string): number {
  const found = /^(\d+) (minute|hour|day)s?$/.exec(rate);
  if (found === null) throw new RangeError(`"${rate}" is no rate`);
  return Number(found[1]) * unitMs[found[2] as keyof typeof unitMs];
}

/**
 * The first slot of a rate after an instant. Slots are counted from 1970-01-01T00:00Z, not from the registration: so they
 * stay the same however often the experiment is registered, and are known without asking AWS.
 */
export function rateSlotAfter(rate: string, after: EpochMs): EpochMs {
  const every = rateMs(rate);
  return (Math.floor(after / every) + 1) * every;
}
