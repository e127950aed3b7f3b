import { type Day, formatDate } from '../core/calendar/dates.ts';
import type { Closed } from '../core/guardrails.ts';
import type { EpochMs } from '../core/ids.ts';
import { closedByCalendar } from './calendars.ts';
import { closedByHolidays } from './holidays.ts';
import type { Limits } from './limits.ts';
import { dayAt, horizonOf, instantOf, momentOf } from './moments.ts';

/** What nothing may run in, as dates. */
export interface ClosedTimes {
  readonly closed: readonly Closed[];
  /** The last day for which holidays and calendars were looked up; null where there are none. */
  readonly knownUntil: string | null;
}

/** Freezes, holidays and calendars from a day before `now` on. `calendar` gives the text of a file by its name. */
export function closedTimes(
  { freezes = [], holidays = [], calendars = [], timezone = 'UTC' }: Limits,
  now: EpochMs,
  calendar: (file: string) => string,
): ClosedTimes {
  const today = dayAt(now, timezone);
  const lastDay = horizonOf(now, timezone);
  // Somewhere it is yesterday still.
  const firstDay = today - 1;
  const from = instantOf({ is: 'day', day: firstDay }, timezone, 'from');
  const all = [
    ...freezes.map((freeze) => closedByFreeze(freeze, timezone)),
    ...holidays.flatMap((entry) => closedByHolidays(entry, firstDay, lastDay)),
    ...calendars.flatMap((file) => closedByCalendar(calendar(file), timezone, { from, lastDay })),
  ];
  const coming = all.filter((one) => spanOf(one).to > from);
  const sorted = once(coming).toSorted((a, b) => spanOf(a).from - spanOf(b).from || compare(a, b));
  const looked = holidays.length > 0 || calendars.length > 0;
  return { closed: sorted, knownUntil: looked ? formatDate(lastDay) : null };
}

function closedByFreeze(freeze: NonNullable<Limits['freezes']>[number], timezone: string): Closed {
  const from = momentOf(freeze.from, timezone, 'from');
  const to = momentOf(freeze.to, timezone, 'to');
  if (from === undefined || to === undefined) throw new Error(`Freeze ${freeze.name} has not been checked`);
  const reason = freeze.name;
  return from.is === 'day' && to.is === 'day'
    ? { reason, firstDate: formatDate(from.day), lastDate: formatDate(to.day), timezone }
    : { reason, from: instantOf(from, timezone, 'from'), to: instantOf(to, timezone, 'to') };
}

function spanOf(closed: Closed): { readonly from: EpochMs; readonly to: EpochMs } {
  if (!('firstDate' in closed)) return closed;
  const { firstDate, lastDate, timezone } = closed;
  return {
    from: instantOf({ is: 'day', day: dayOfDate(firstDate) }, timezone, 'from'),
    to: instantOf({ is: 'day', day: dayOfDate(lastDate) }, timezone, 'to'),
  };
}

function dayOfDate(date: string): Day {
  const moment = momentOf(date, 'UTC', 'from');
  if (moment?.is !== 'day') throw new Error(`${date} is no date`);
  return moment.day;
}

/** Countries share holidays, and calendars events. */
function once(closed: readonly Closed[]): readonly Closed[] {
  return [...new Map(closed.map((one) => [JSON.stringify(one), one])).values()];
}

function compare(a: Closed, b: Closed): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
