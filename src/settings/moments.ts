import { type Day, dayOf, formatDate, parseDate } from '../core/calendar/dates.ts';
import { instantsOf, startOfDay, wallClock } from '../core/calendar/zone.ts';
import type { EpochMs } from '../core/ids.ts';

/** A day, or an instant, of a freeze or an event. */
export type Moment =
  { readonly is: 'day'; readonly day: Day } | { readonly is: 'instant'; readonly at: EpochMs };

/** What something begins with, or ends with. */
export type End = 'from' | 'to';

const written = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?)?$/;

/** `2026-12-24`, `2026-12-24T18:00` on the clocks of a time zone, `2026-12-24T18:00+01:00`; undefined where there is none such. */
export function momentOf(text: string, timezone: string, end: End): Moment | undefined {
  const [, date = '', hour, minute, second = '0', offset] = written.exec(text) ?? [];
  const day = parseDate(date);
  if (day === undefined) return undefined;
  if (hour === undefined || minute === undefined) return { is: 'day', day };
  if (offset === undefined)
    return {
      is: 'instant',
      at:
        onTheClock({ day, minuteOfDay: Number(hour) * 60 + Number(minute) }, timezone, end) +
        Number(second) * 1000,
    };
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : { is: 'instant', at };
}

/** An hour that clocks show twice is taken so that what begins or ends with it is the longer. */
export function onTheClock(
  { day, minuteOfDay }: { readonly day: Day; readonly minuteOfDay: number },
  timezone: string,
  end: End,
): EpochMs {
  const instants = instantsOf(day, minuteOfDay, timezone);
  if (instants.shown === 'once') return instants.at;
  if (instants.shown === 'never') return instants.next;
  return end === 'from' ? instants.first : instants.second;
}

/** The instant at which it begins, or at which the last of it is over. */
export function instantOf(moment: Moment, timezone: string, end: End): EpochMs {
  if (moment.is === 'instant') return moment.at;
  return startOfDay(moment.day + (end === 'from' ? 0 : 1), timezone);
}

/** The date on the calendars of a time zone. */
export function dayAt(at: EpochMs, timezone: string): Day {
  return wallClock(at, timezone).day;
}

/** Holidays and calendars are looked up as far ahead as this. */
export const yearsAhead = 3;

/** The last day that is looked up, from an instant on. */
export function horizonOf(at: EpochMs, timezone: string): Day {
  const [year = '', rest = ''] = formatDate(dayAt(at, timezone)).split(/-(.*)/s);
  const same = `${String(Number(year) + yearsAhead)}-${rest}`;
  // In place of a 29th of February.
  return parseDate(same) ?? dayOf(Number(year) + yearsAhead, 2, 28);
}
