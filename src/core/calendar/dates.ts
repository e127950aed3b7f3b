/** Days since 1970-01-01, as a calendar counts them: no hours, no time zone. */
export type Day = number;

export const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
export const dayMs = 86_400_000;

/** The day of a date; days beyond a month's last run into the next month, as in `Date.UTC`. */
export function dayOf(year: number, month: number, day: number): Day {
  return Math.floor(Date.UTC(year, month - 1, day) / dayMs);
}

/** `2026-12-04`; undefined where there is no such date. */
export function parseDate(text: string): Day | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === '') return undefined;
  const parsed = dayOf(Number(year), Number(month), Number(day));
  // A 30th of February would be the 2nd of March.
  return formatDate(parsed) === text ? parsed : undefined;
}

export function formatDate(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function partsOf(day: Day): { readonly year: number; readonly month: number; readonly day: number } {
  const date = new Date(day * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function daysInMonth(year: number, month: number): number {
  return dayOf(year, month + 1, 1) - dayOf(year, month, 1);
}

/** `09:00`, up to `24:00`, as minutes of the day; undefined where it is no time. */
export function parseTime(text: string): number | undefined {
  const [, hour = '', minute = ''] = /^(\d{2}):(\d{2})$/.exec(text) ?? [];
  if (hour === '') return undefined;
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= 24 * 60 ? minutes : undefined;
}
