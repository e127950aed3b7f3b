import { type Path, type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { suggest } from './suggest.ts';

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
  /** What may stand beside numbers: `?` for no value, `L`, `W` and `#` for days. */
  readonly extra?: RegExp;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const fields: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31, extra: /^(\?|L|LW|\d{1,2}W)$/ },
  { name: 'month', min: 1, max: 12, words: months },
  { name: 'day of the week', min: 1, max: 7, words: days, extra: /^(\?|L|([1-7]|[A-Z]{3})(L|#[1-5]))$/ },
  { name: 'year', min: 1970, max: 2199 },
];

/** The cron expression as EventBridge Scheduler takes it, and a time zone that exists. */
export function checkSchedule(schedule: unknown): Problem[] {
  if (!isMapping(schedule)) return [];
  const { cron, timezone } = schedule;
  return [
    ...(typeof cron === 'string' ? checkCron(cron) : []),
    ...(typeof timezone === 'string' ? checkTimezone(timezone, ['schedule', 'timezone']) : []),
  ];
}

function checkCron(cron: string): Problem[] {
  const problem = (message: string, expected: string): Problem[] => [
    { path: ['schedule', 'cron'], code: 'bad-cron', message, found: cron, expected },
  ];
  const parts = cron.split(' ');
  if (parts.length !== fields.length) return [];
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    if (!part.split(',').every((item) => isAllowed(field, item.toUpperCase()))) {
      const words = field.words === undefined ? '' : ` or ${field.words[0]} to ${field.words.at(-1)}`;
      return problem(
        `${show(part)} is no ${field.name} of a cron expression`,
        `${field.min} to ${field.max}${words}, *, or lists and ranges of them`,
      );
    }
  }
  const unset = [parts[2], parts[4]].filter((part) => part === '?').length;
  if (unset === 1) return [];
  return problem(
    'One of day of the month and day of the week must be "?", and only one',
    'for instance "0 10 ? * TUE,THU *" or "0 10 1 * ? *"',
  );
}

function isAllowed(field: CronField, item: string): boolean {
  if (field.extra?.test(item) === true) return true;
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => valueOf(field, end));
  if (ends.length > 2 || ends.some((end) => end === undefined || end < field.min || end > field.max))
    return false;
  return true;
}

function valueOf(field: CronField, text: string): number | undefined {
  const word = field.words?.indexOf(text) ?? -1;
  if (word >= 0) return word + field.min;
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}

/** A time zone that exists. */
export function checkTimezone(timezone: string, path: Path): Problem[] {
  if (isTimezone(timezone)) return [];
  const meant = suggest(timezone, Intl.supportedValuesOf('timeZone'));
  return [
    {
      path,
      code: 'unknown-timezone',
      message: `There is no time zone ${show(timezone)}`,
      found: timezone,
      expected: meant === undefined ? 'an IANA time zone, such as Europe/Berlin' : `did you mean "${meant}"?`,
    },
  ];
}

export function isTimezone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    // The one way to ask: an unknown zone is a RangeError, and nothing else may be.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
