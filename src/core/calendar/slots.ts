import type { EpochMs } from '../ids.ts';
import { type Cron, daysDue, lastYear, parseCron } from './cron.ts';
import { partsOf } from './dates.ts';
import { instantsOf, wallClock } from './zone.ts';

/** What EventBridge Scheduler is given. */
export interface Schedule {
  readonly cron?: string;
  readonly rate?: string;
  readonly timezone: string;
}

/** A rate without a start is counted from here. */
export interface SlotOptions {
  /** Since when a rate counts: its first slot comes one interval later, so that registering starts nothing. */
  readonly since: EpochMs;
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** Later than any cron expression reaches. */
const endOfTime = Date.UTC(lastYear + 1, 0, 1);

/**
 * The slots of a schedule after an instant, ascending, as EventBridge Scheduler has them: a time that the clocks skip is
 * no slot, and one that they show twice is one slot, the first. It always ends: with the last year of cron expressions.
 */
export function* slotsAfter(
  schedule: Schedule,
  after: EpochMs,
  { since }: SlotOptions = { since: after },
): Generator<EpochMs, void, undefined> {
  const { cron, rate, timezone } = schedule;
  if (cron !== undefined) {
    const parsed = parseCron(cron);
    if (!parsed.ok) throw new RangeError(`"${cron}" is no cron expression: ${parsed.expected}`);
    yield* cronSlots(parsed.cron, timezone, after);
  } else if (rate !== undefined) yield* rateSlots(rateMs(rate), since, after);
}

/** How many slots lie between two instants, without both; at most `atMost`. */
export function slotsBetween(
  schedule: Schedule,
  from: EpochMs,
  to: EpochMs,
  atMost: number,
  options?: SlotOptions,
): number {
  let count = 0;
  if (atMost <= 0) return count;
  for (const slot of slotsAfter(schedule, from, options)) {
    if (slot >= to) break;
    count += 1;
    if (count >= atMost) break;
  }
  return count;
}

/** `2 hours` in milliseconds. Days have 24 hours, whatever the clocks do. */
export function rateMs(rate: string): number {
  const [, value = '', unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(rate) ?? [];
  if (value === '') throw new RangeError(`"${rate}" is no rate: for instance "1 hour" or "7 days"`);
  return Number(value) * unitMs[unit as keyof typeof unitMs];
}

/**
 * The first slot of a rate that is still to come: what Scheduler is given as the start, since it would take an earlier
 * one as gone, and without one would begin at once.
 */
export function nextOfRate(rate: string, since: EpochMs, after: EpochMs): EpochMs {
  const everyMs = rateMs(rate);
  return since + Math.max(1, Math.floor((after - since) / everyMs) + 1) * everyMs;
}

function* rateSlots(everyMs: number, since: EpochMs, after: EpochMs): Generator<EpochMs, void, undefined> {
  const first = Math.max(1, Math.floor((after - since) / everyMs) + 1);
  for (let n = first; since + n * everyMs < endOfTime; n += 1) yield since + n * everyMs;
}

function* cronSlots(cron: Cron, timezone: string, after: EpochMs): Generator<EpochMs, void, undefined> {
  const start = wallClock(after, timezone).day;
  const { year, month } = partsOf(start);
  for (let index = year * 12 + month - 1; index < (lastYear + 1) * 12; index += 1) {
    for (const day of daysDue(cron, Math.floor(index / 12), (index % 12) + 1)) {
      if (day < start) continue;
      for (const time of cron.times) {
        const shown = instantsOf(day, time, timezone);
        if (shown.shown === 'never') continue;
        const at = shown.shown === 'once' ? shown.at : shown.first;
        if (at > after) yield at;
      }
    }
  }
}
