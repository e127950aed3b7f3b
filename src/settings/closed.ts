import { formatDate } from '../core/calendar/dates.ts';
import { closedSpan } from '../core/calendar/windows.ts';
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
  const coming = all.filter((one) => closedSpan(one).to > from);
  const sorted = once(coming).toSorted((a, b) => closedSpan(a).from - closedSpan(b).from || compare(a, b));
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

/** Countries share holidays, and calendars events. */
function once(closed: readonly Closed[]): readonly Closed[] {
  return [...new Map(closed.map((one) => [JSON.stringify(one), one])).values()];
}

function compare(a: Closed, b: Closed): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
