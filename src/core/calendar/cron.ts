import { type Day, dayOf, daysInMonth, weekdayOf } from './dates.ts';

/** A cron expression of EventBridge Scheduler: minute, hour, day of the month, month, day of the week, year. */
export interface Cron {
  /** Minutes of the day at which it is due, ascending. */
  readonly times: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly days: readonly DayRule[];
}

/** Which days of a month; weekdays are 0 for Sunday to 6 for Saturday. */
export type DayRule =
  | { readonly rule: 'every' }
  | { readonly rule: 'dates'; readonly dates: ReadonlySet<number> }
  | { readonly rule: 'last-date' }
  | { readonly rule: 'last-working-day' }
  /** The working day nearest to a date, within its month. */
  | { readonly rule: 'near'; readonly date: number }
  | { readonly rule: 'weekdays'; readonly weekdays: ReadonlySet<number> }
  | { readonly rule: 'nth-weekday'; readonly weekday: number; readonly nth: number }
  | { readonly rule: 'last-weekday'; readonly weekday: number };

export type ParsedCron =
  | { readonly ok: true; readonly cron: Cron }
  /** `field` is the part that is wrong, in words; null where it is the two fields of days together. */
  | { readonly ok: false; readonly found: string; readonly field: string | null; readonly expected: string };

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const minute: Field = { name: 'minute', min: 0, max: 59 };
const hour: Field = { name: 'hour', min: 0, max: 23 };
const dayOfMonth: Field = { name: 'day of the month', min: 1, max: 31 };
const month: Field = { name: 'month', min: 1, max: 12, words: months };
const dayOfWeek: Field = { name: 'day of the week', min: 1, max: 7, words: days };
const year: Field = { name: 'year', min: 1970, max: 2199 };

export const lastYear = year.max;

/** Six fields, one space between them. */
export function parseCron(text: string): ParsedCron {
  const parts = text.toUpperCase().split(' ');
  const [minutes = '', hours = '', dates = '', monthText = '', weekdayText = '', yearText = ''] = parts;
  if (parts.length !== 6)
    return { ok: false, found: text, field: null, expected: 'six fields, such as "0 10 ? * TUE,THU *"' };
  const read = {
    minutes: numbers(minute, minutes),
    hours: numbers(hour, hours),
    dates: dates === '?' ? [] : items(dates, dateRule),
    months: numbers(month, monthText),
    weekdays: weekdayText === '?' ? [] : weekdayRules(weekdayText),
    years: numbers(year, yearText),
  };
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek, year];
  const wrong = Object.values(read).findIndex((value) => value === undefined);
  const field = fields[wrong];
  if (field !== undefined)
    return { ok: false, found: text.split(' ')[wrong] ?? '', field: field.name, expected: expected(field) };
  if ((dates === '?') === (weekdayText === '?'))
    return {
      ok: false,
      found: text,
      field: null,
      expected: 'for instance "0 10 ? * TUE,THU *" or "0 10 1 * ? *"',
    };
  const { minutes: everyMinute = [], hours: everyHour = [] } = read;
  return {
    ok: true,
    cron: {
      times: everyHour.flatMap((each) => everyMinute.map((one) => each * 60 + one)),
      months: new Set(read.months),
      years: new Set(read.years),
      days: dates === '?' ? (read.weekdays ?? []) : (read.dates ?? []),
    },
  };
}

/** The days of a month on which the expression is due, ascending; empty in months and years that it leaves out. */
export function daysDue(cron: Cron, inYear: number, inMonth: number): readonly Day[] {
  if (!cron.years.has(inYear) || !cron.months.has(inMonth)) return [];
  const first = dayOf(inYear, inMonth, 1);
  const count = daysInMonth(inYear, inMonth);
  return Array.from({ length: count }, (_, index) => first + index).filter((day) =>
    cron.days.some((rule) => isDue(rule, day, day - first + 1, count)),
  );
}

/** False where no year that is meant has such a day: the 30th of February, the 29th in years without one. */
export function everDue(cron: Cron): boolean {
  return [...cron.years].some((inYear) =>
    [...cron.months].some((inMonth) => daysDue(cron, inYear, inMonth).length > 0),
  );
}

function isDue(rule: DayRule, day: Day, date: number, count: number): boolean {
  const weekday = weekdayOf(day);
  switch (rule.rule) {
    case 'every':
      return true;
    case 'dates':
      return rule.dates.has(date);
    case 'last-date':
      return date === count;
    case 'last-working-day':
      return date === nearestWorkingDay(count, day - date + count, count);
    case 'near':
      return rule.date <= count && date === nearestWorkingDay(rule.date, day - date + rule.date, count);
    case 'weekdays':
      return rule.weekdays.has(weekday);
    case 'nth-weekday':
      return weekday === rule.weekday && Math.ceil(date / 7) === rule.nth;
    case 'last-weekday':
      return weekday === rule.weekday && date + 7 > count;
  }
}

/** Monday to Friday, never in another month: the 1st on a Saturday becomes the 3rd. */
function nearestWorkingDay(date: number, day: Day, count: number): number {
  const weekday = weekdayOf(day);
  if (weekday === 6) return date === 1 ? 3 : date - 1;
  if (weekday === 0) return date === count ? date - 2 : date + 1;
  return date;
}

function items(text: string, rule: (item: string) => DayRule | undefined): readonly DayRule[] | undefined {
  const rules = text.split(',').map(rule);
  return rules.every((one) => one !== undefined) ? rules : undefined;
}

function dateRule(item: string): DayRule | undefined {
  if (item === '*') return { rule: 'every' };
  if (item === 'L') return { rule: 'last-date' };
  if (item === 'LW') return { rule: 'last-working-day' };
  const near = /^(\d{1,2})W$/.exec(item)?.[1];
  if (near !== undefined) {
    const date = valueOf(dayOfMonth, near);
    return date === undefined ? undefined : { rule: 'near', date };
  }
  const dates = numbers(dayOfMonth, item);
  return dates === undefined ? undefined : { rule: 'dates', dates: new Set(dates) };
}

function weekdayRules(text: string): readonly DayRule[] | undefined {
  // Scheduler takes one expression with "#", and nothing beside it.
  if (text.includes('#') && text.includes(',')) return undefined;
  return items(text, weekdayRule);
}

function weekdayRule(item: string): DayRule | undefined {
  if (item === '*') return { rule: 'every' };
  // The last day of the week, as Scheduler counts it.
  if (item === 'L') return { rule: 'weekdays', weekdays: new Set([6]) };
  const [, name = '', kind = ''] = /^([1-7]|[A-Z]{3})(L|#[1-5])$/.exec(item) ?? [];
  if (kind !== '') {
    const value = valueOf(dayOfWeek, name);
    if (value === undefined) return undefined;
    const weekday = value - 1;
    return kind === 'L'
      ? { rule: 'last-weekday', weekday }
      : { rule: 'nth-weekday', weekday, nth: Number(kind.slice(1)) };
  }
  const values = numbers(dayOfWeek, item);
  return values === undefined
    ? undefined
    : { rule: 'weekdays', weekdays: new Set(values.map((value) => value - 1)) };
}

/** Every value of a list of numbers, names, ranges and steps, ascending; undefined where it is no such list. */
function numbers(field: Field, text: string): readonly number[] | undefined {
  const all = text.split(',').map((item) => range(field, item));
  if (!all.every((values) => values !== undefined)) return undefined;
  return [...new Set(all.flat())].sort((a, b) => a - b);
}

function range(field: Field, item: string): readonly number[] | undefined {
  const [span = '', stepText, ...more] = item.split('/');
  if (more.length > 0 || (stepText !== undefined && !/^[1-9]\d{0,3}$/.test(stepText))) return undefined;
  const ends = span === '*' ? [field.min, field.max] : span.split('-').map((end) => valueOf(field, end));
  const [from, to = stepText === undefined ? from : field.max] = ends;
  if (from === undefined || to === undefined || ends.length > 2 || ends.includes(undefined)) return undefined;
  // FRI-MON goes over the end of the week.
  const size = field.max - field.min + 1;
  const length = ((to - from + size) % size) + 1;
  const step = Number(stepText ?? 1);
  return Array.from(
    { length: Math.ceil(length / step) },
    (_, index) => field.min + ((from - field.min + index * step) % size),
  );
}

function valueOf(field: Field, text: string): number | undefined {
  const word = field.words?.indexOf(text) ?? -1;
  if (word >= 0) return word + field.min;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}

function expected({ min, max, words }: Field): string {
  return `${min} to ${max}${words === undefined ? '' : ` or ${words[0]} to ${words.at(-1)}`}, *, or lists and ranges of them`;
}
