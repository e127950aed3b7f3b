import ical from 'node-ical';
import { type Day, formatDate } from '../core/calendar/dates.ts';
import type { Closed } from '../core/guardrails.ts';
import type { EpochMs } from '../core/ids.ts';
import {
  instantOf,
  minutesADay,
  minutesOf,
  onClocks,
  stamp,
  type Wall,
  type When,
  whenOf,
} from './event-times.ts';
import { CalendarError, type CalendarEvent, type ContentLine, eventsOf, plainText } from './icalendar.ts';

/** From the first instant that is of interest to the last day. */
export interface Stretch {
  readonly from: EpochMs;
  readonly lastDay: Day;
}

const minuteMs = 60_000;
/** Within three years it would be a hundred thousand times. */
const tooOften = /(^|;)FREQ=(SECONDLY|MINUTELY|HOURLY)(;|$)/i;

/** The times of a calendar's events as closed times. Throws a `CalendarError` where something is not understood. */
export function closedByCalendar(text: string, timezone: string, stretch: Stretch): readonly Closed[] {
  const events = eventsOf(text);
  const moved = new Map<string, ContentLine[]>();
  for (const event of events) {
    const instead = one(event, 'RECURRENCE-ID');
    if (instead === undefined) continue;
    const uid = one(event, 'UID')?.value ?? '';
    moved.set(uid, [...(moved.get(uid) ?? []), instead]);
  }
  return events.flatMap((event) => {
    const others = one(event, 'RECURRENCE-ID') === undefined ? moved.get(one(event, 'UID')?.value ?? '') : [];
    return closedByEvent(event, others ?? [], timezone, stretch);
  });
}

function closedByEvent(
  event: CalendarEvent,
  moved: readonly ContentLine[],
  timezone: string,
  stretch: Stretch,
): readonly Closed[] {
  refuseUnknown(event);
  if (one(event, 'STATUS')?.value.toUpperCase() === 'CANCELLED') return [];
  const start = one(event, 'DTSTART');
  if (start === undefined)
    throw new CalendarError(event.line, `${nameOf(event)} has no DTSTART`, 'a beginning');
  const begins = whenOf(start, timezone);
  const lasts = lengthOf(event, begins, timezone);
  const reason = nameOf(event).slice(0, 200);
  const walls = wallsOf(event, begins, lasts, moved, timezone, stretch);
  return walls.map((wall) => closedOf(reason, wall, lasts, begins.zone, timezone));
}

function closedOf(reason: string, wall: Wall, lasts: number, zone: string | null, timezone: string): Closed {
  if (zone === null) {
    const first = Math.floor(wall / minutesADay);
    const last = first + Math.ceil(lasts / minutesADay) - 1;
    return { reason, firstDate: formatDate(first), lastDate: formatDate(last), timezone };
  }
  return { reason, from: instantOf(wall, zone, 'from'), to: instantOf(wall + lasts, zone, 'to') };
}

/** When the event begins each time, within the stretch. */
function wallsOf(
  event: CalendarEvent,
  begins: When,
  lasts: number,
  moved: readonly ContentLine[],
  timezone: string,
  { from, lastDay }: Stretch,
): readonly Wall[] {
  // A day more on both sides: no clock is further from another one.
  const firstWall = Math.floor(from / minuteMs) - minutesADay - lasts;
  const lastWall = (lastDay + 2) * minutesADay;
  const rule = one(event, 'RRULE');
  const all = rule === undefined ? [begins.wall] : recurrences(rule, begins, timezone, [firstWall, lastWall]);
  const excluded = [...every(event, 'EXDATE'), ...moved].flatMap((line) =>
    exceptions(line, begins, timezone),
  );
  return all.filter(
    (wall) =>
      wall >= firstWall &&
      wall <= lastWall &&
      !excluded.some(({ wall: out, wholeDay }) =>
        wholeDay ? Math.floor(wall / minutesADay) * minutesADay === out : wall === out,
      ),
  );
}

/** What a rule says, by the library; it reckons in UTC, in which the clock on the wall is given to it. */
function recurrences(
  rule: ContentLine,
  begins: When,
  timezone: string,
  [first, last]: readonly [Wall, Wall],
): readonly Wall[] {
  if (tooOften.test(rule.value))
    throw new CalendarError(
      rule.line,
      'an event that recurs every hour or more often',
      'a "window" in the settings',
    );
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:event',
    `DTSTART:${stamp(begins.wall)}`,
  ];
  const text = [
    ...lines,
    `RRULE:${untilOnTheWall(rule, begins, timezone)}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  try {
    const { event } = ical.sync.parseICS(text.join('\r\n'));
    const parsed = event?.type === 'VEVENT' ? event.rrule : undefined;
    if (parsed === undefined) throw new Error('not a rule');
    const dates = parsed.between(new Date(first * minuteMs), new Date(last * minuteMs), true);
    return dates.map((date) => Math.floor(date.getTime() / minuteMs));
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    throw new CalendarError(rule.line, `RRULE:${rule.value} is not understood${why}`, 'a rule of RFC 5545');
  }
}

/** A rule's UNTIL is in UTC where its event has a time zone. */
function untilOnTheWall(rule: ContentLine, begins: When, timezone: string): string {
  return rule.value.replace(/UNTIL=([^;]+)/i, (_whole, text: string) => {
    const until = whenOf({ ...rule, name: 'UNTIL', value: text, params: new Map() }, begins.zone ?? timezone);
    const wall =
      until.zone === null ? until.wall + minutesADay - 1 : onClocks(until, begins.zone ?? until.zone);
    return `UNTIL=${stamp(wall)}`;
  });
}

function exceptions(
  line: ContentLine,
  begins: When,
  timezone: string,
): readonly { readonly wall: Wall; readonly wholeDay: boolean }[] {
  return line.value.split(',').map((value) => {
    const when = whenOf({ ...line, value }, timezone);
    const wholeDay = when.zone === null;
    return {
      wholeDay,
      wall: wholeDay || begins.zone === null ? startOfDay(when.wall) : onClocks(when, begins.zone),
    };
  });
}

function startOfDay(wall: Wall): Wall {
  return Math.floor(wall / minutesADay) * minutesADay;
}

/** How many minutes the event lasts, on the wall. */
function lengthOf(event: CalendarEvent, begins: When, timezone: string): number {
  const end = one(event, 'DTEND');
  const duration = one(event, 'DURATION');
  if (end === undefined && duration === undefined && begins.zone === null) return minutesADay;
  const lasts =
    end !== undefined
      ? endOf(end, begins, timezone) - begins.wall
      : duration !== undefined
        ? minutesOf(duration)
        : 0;
  if (lasts > 0) return lasts;
  throw new CalendarError(
    end?.line ?? event.line,
    `${nameOf(event)} ends before it begins, or as it does`,
    'an end after the beginning: DTEND, or DURATION',
  );
}

function endOf(line: ContentLine, begins: When, timezone: string): Wall {
  const ends = whenOf(line, timezone, 'up');
  if ((ends.zone === null) !== (begins.zone === null))
    throw new CalendarError(
      line.line,
      'DTSTART and DTEND are a day and an hour',
      'both as days, or both with hours',
    );
  return begins.zone === null ? ends.wall : onClocks(ends, begins.zone);
}

/** What changes when an event is, and is not reckoned with here. */
function refuseUnknown(event: CalendarEvent): void {
  for (const { name, params, line } of event.properties) {
    if (name === 'RDATE' || name === 'EXRULE')
      throw new CalendarError(
        line,
        `${name} is not understood`,
        'events of their own, or an RRULE with EXDATE',
      );
    if (name === 'RECURRENCE-ID' && params.has('RANGE'))
      throw new CalendarError(
        line,
        'a change of all later events is not understood',
        'two events that recur',
      );
  }
  for (const name of ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RECURRENCE-ID']) {
    const [, twice] = every(event, name);
    if (twice !== undefined) throw new CalendarError(twice.line, `${name} stands there twice`, 'each once');
  }
}

function nameOf(event: CalendarEvent): string {
  const summary = plainText(one(event, 'SUMMARY')?.value ?? '');
  return summary === '' ? 'An event without a name' : summary;
}

function every(event: CalendarEvent, name: string): readonly ContentLine[] {
  return event.properties.filter((property) => property.name === name);
}

function one(event: CalendarEvent, name: string): ContentLine | undefined {
  return event.properties.find((property) => property.name === name);
}
