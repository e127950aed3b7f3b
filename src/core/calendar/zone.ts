import { create as wallTime, toZonedDateTime } from 'temporal-polyfill/fns/PlainDateTime';
import {
  create as zonedTime,
  getTimeZoneTransition,
  offsetNanoseconds,
} from 'temporal-polyfill/fns/ZonedDateTime';
import type { EpochMs } from '../ids.ts';
import { type Day, dayMs, dayOf, partsOf } from './dates.ts';

/** What the clock on the wall shows at an instant. */
export interface WallClock {
  readonly day: Day;
  readonly minuteOfDay: number;
}

/**
 * When the clock on the wall of a zone shows a time of a day: as a rule once; twice where clocks are put back; and never
 * where they are put forward, in which case `next` is the instant of the jump.
 */
export type Instants =
  | { readonly shown: 'once'; readonly at: EpochMs }
  | { readonly shown: 'twice'; readonly first: EpochMs; readonly second: EpochMs }
  | { readonly shown: 'never'; readonly next: EpochMs };

const minuteMs = 60_000;
const minutesADay = 24 * 60;
const nanosecondsPerMs = 1_000_000n;

export function wallClock(at: EpochMs, timezone: string): WallClock {
  const utcDay = Math.floor(at / dayMs);
  const offsetMs = offsetAtMidnight(utcDay, timezone);
  if (offsetMs === offsetAtMidnight(utcDay + 1, timezone)) {
    const local = at + offsetMs;
    const day = Math.floor(local / dayMs);
    return { day, minuteOfDay: Math.floor((local - day * dayMs) / minuteMs) };
  }
  const { year, month, day, hour, minute } = zoned(at, timezone);
  return { day: dayOf(year, month, day), minuteOfDay: hour * 60 + minute };
}

/** `minuteOfDay` may be 1440: the midnight at which the day ends. */
export function instantsOf(day: Day, minuteOfDay: number, timezone: string): Instants {
  const offsetMs = offsetAtMidnight(day - 1, timezone);
  // No zone is more than a day away from UTC: with one offset all around, the time is shown once.
  const steady = [day, day + 1, day + 2, day + 3].every(
    (one) => offsetAtMidnight(one, timezone) === offsetMs,
  );
  if (steady) return { shown: 'once', at: day * dayMs + minuteOfDay * minuteMs - offsetMs };
  const nextDay = minuteOfDay >= minutesADay;
  return instantsAroundJump(day + (nextDay ? 1 : 0), minuteOfDay - (nextDay ? minutesADay : 0), timezone);
}

function instantsAroundJump(day: Day, minuteOfDay: number, timezone: string): Instants {
  const { year, month, day: date } = partsOf(day);
  const wall = wallTime(year, month, date, Math.floor(minuteOfDay / 60), minuteOfDay % 60);
  const first = toZonedDateTime(wall, timezone, { disambiguation: 'earlier' }).epochMilliseconds;
  const shown = wallClock(first, timezone);
  if (shown.day !== day || shown.minuteOfDay !== minuteOfDay)
    return { shown: 'never', next: jumpAfter(first, timezone) };
  const second = toZonedDateTime(wall, timezone, { disambiguation: 'later' }).epochMilliseconds;
  return first === second ? { shown: 'once', at: first } : { shown: 'twice', first, second };
}

/** The first instant of a day; where it begins with a jump of the clocks, the instant of the jump. */
export function startOfDay(day: Day, timezone: string): EpochMs {
  const midnight = instantsOf(day, 0, timezone);
  if (midnight.shown === 'once') return midnight.at;
  return midnight.shown === 'twice' ? midnight.first : midnight.next;
}

function jumpAfter(at: EpochMs, timezone: string): EpochMs {
  const jump = getTimeZoneTransition(zoned(at, timezone), 'next');
  // There was one within the hours after, or the time would exist.
  return jump === null ? at + minuteMs : jump.epochMilliseconds;
}

function zoned(at: EpochMs, timezone: string): ReturnType<typeof zonedTime> {
  return zonedTime(BigInt(Math.floor(at)) * nanosecondsPerMs, timezone);
}

/** Offsets that were looked up, by zone and day: asking for one takes longer than all that is reckoned with it. */
const offsets = new Map<string, Map<Day, number>>();
const mostOffsets = 5_000;

/** How far the zone is ahead of UTC at the midnight with which a day of UTC begins. */
function offsetAtMidnight(utcDay: Day, timezone: string): number {
  const known = offsets.get(timezone)?.get(utcDay);
  if (known !== undefined) return known;
  const offsetMs = offsetNanoseconds(zoned(utcDay * dayMs, timezone)) / 1e6;
  const ofZone = offsets.get(timezone) ?? new Map<Day, number>();
  if (ofZone.size >= mostOffsets) ofZone.clear();
  offsets.set(timezone, ofZone.set(utcDay, offsetMs));
  return offsetMs;
}
