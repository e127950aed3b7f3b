import ical from 'node-ical';
import { parseDate } from '../core/calendar/dates.ts';
import { wallClock } from '../core/calendar/zone.ts';
import type { EpochMs } from '../core/ids.ts';
import { isTimezone } from '../core/schedule-checks.ts';
import { CalendarError, type ContentLine } from './icalendar.ts';
import { onTheClock } from './moments.ts';

/**
 * Times and recurrences are reckoned as the clock on the wall shows them: minutes since 1970 on the event's own
 * clocks, turned into instants at the very end. So a weekly event keeps its hour when clocks change, and nothing depends
 * on the machine's time zone.
 */
export type Wall = number;

/** A time of an event: on whose clocks, and whether it is a whole day. */
export interface When {
  readonly wall: Wall;
  /** Null for whole days, which have no hours. */
  readonly zone: string | null;
}

const minuteMs = 60_000;
export const minutesADay = 1440;

export function instantOf(wall: Wall, zone: string, end: 'from' | 'to'): EpochMs {
  const day = Math.floor(wall / minutesADay);
  return onTheClock({ day, minuteOfDay: wall - day * minutesADay }, zone, end);
}

/** `PT2H30M`, `P1D`, `P2W`. */
export function minutesOf({ line, value }: ContentLine): number {
  const [whole, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(value) ?? [];
  if (whole === undefined)
    throw new CalendarError(line, `DURATION:${value} is no length of time`, 'such as PT2H, or P1D');
  return (
    (Number(weeks) * 7 + Number(days)) * minutesADay +
    Number(hours) * 60 +
    Number(minutes) +
    Math.ceil(Number(seconds) / 60)
  );
}

const written = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/i;

export function whenOf(line: ContentLine, timezone: string, round: 'down' | 'up' = 'down'): When {
  const { name, value, params } = line;
  const [, year, month, date, hour, minute, second, utc] = written.exec(value.trim()) ?? [];
  const day = parseDate(`${year}-${month}-${date}`);
  const hours = Number(hour ?? 0);
  const minutes = Number(minute ?? 0);
  if (day === undefined || hours > 23 || minutes > 59 || Number(second ?? 0) > 60)
    throw new CalendarError(
      line.line,
      `${name}:${value} is no date and no time`,
      '20261224, or 20261224T180000',
    );
  if (hour === undefined) return { wall: day * minutesADay, zone: null };
  const begun = round === 'up' && Number(second) > 0 ? 1 : 0;
  const wall = day * minutesADay + hours * 60 + minutes + begun;
  if (utc !== '' && utc !== undefined) return { wall, zone: 'UTC' };
  const named = params.get('TZID');
  return { wall, zone: named === undefined ? timezone : zoneOf(named, line.line) };
}

/** The same instant on other clocks. */
export function onClocks({ wall, zone }: When, other: string): Wall {
  if (zone === null || zone === other) return wall;
  const { day, minuteOfDay } = wallClock(instantOf(wall, zone, 'from'), other);
  return day * minutesADay + minuteOfDay;
}

/** An IANA zone as it is; the names of Windows, and those with a path before them, as the library knows them. */
function zoneOf(named: string, line: number): string {
  const short = named.replace(/^\/(?:[^/]+\/)+?(?=[A-Z][A-Za-z_]+\/[A-Z])/, '');
  if (isTimezone(short)) return short;
  const probe = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:event', `DTSTART;TZID=${named}:20260101T000000`];
  const { event } = ical.sync.parseICS([...probe, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'));
  const found = event?.type === 'VEVENT' ? event.start.tz : undefined;
  if (found !== undefined && isTimezone(found)) return found;
  throw new CalendarError(
    line,
    `there is no time zone ${JSON.stringify(named)}`,
    'an IANA time zone, such as Europe/Berlin',
  );
}

/** `20261224T180000Z` */
export function stamp(wall: Wall): string {
  return new Date(wall * minuteMs).toISOString().replace(/[-:]|\.\d+/g, '');
}
