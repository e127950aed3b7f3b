import { type Path, type Problem, show } from './problem.ts';
import { checkTimezone } from './schedule-checks.ts';
import { isMapping } from './schema-branch.ts';

/** Windows of a file: each on weekdays or on a date that exists, in a time zone that exists. */
export function checkWindows(window: unknown, path: Path): Problem[] {
  if (Array.isArray(window))
    return window.flatMap((one: unknown, index) => checkWindow(one, [...path, index]));
  return checkWindow(window, path);
}

function checkWindow(window: unknown, path: Path): Problem[] {
  if (!isMapping(window)) return [];
  const { days, date, from, to, timezone } = window;
  const problems: Problem[] =
    typeof timezone === 'string' ? checkTimezone(timezone, [...path, 'timezone']) : [];
  if (days !== undefined && date !== undefined)
    problems.push({
      path: [...path, 'date'],
      code: 'mixed-window',
      message: 'A window is either on weekdays or on one date',
      found: show(date),
      expected: '"days" or "date", and two windows for both',
    });
  if (typeof date === 'string') problems.push(...checkDate(date, [...path, 'date']));
  if (from === '24:00')
    problems.push({
      path: [...path, 'from'],
      code: 'bad-time',
      message: 'A window cannot begin at the end of its day',
      found: '24:00',
      expected: '"00:00", on the next day',
    });
  if (from !== undefined && from === to)
    problems.push({
      path: [...path, 'to'],
      code: 'empty-window',
      message: `A window from ${show(from)} to ${show(to)} could be none or a whole day`,
      found: show(to),
      expected: '"00:00" to "24:00" for a whole day',
    });
  return problems;
}

/** Of the right shape is a date by the schema already. */
export function checkDate(date: string, path: Path): Problem[] {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || isDate(date)) return [];
  return [
    {
      path,
      code: 'no-such-date',
      message: `There is no ${date}`,
      found: date,
      expected: 'a date that exists',
    },
  ];
}

/** A date that does not exist is read as another one, or as none. */
export function isDate(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}
