import { everDue, parseCron } from './calendar/cron.ts';
import { type Path, type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { suggest } from './suggest.ts';

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
  // The schema tells of another number of fields.
  if (cron.split(' ').length !== 6) return [];
  const parsed = parseCron(cron);
  if (!parsed.ok)
    return problem(
      parsed.field === null
        ? 'One of day of the month and day of the week must be "?", and only one'
        : `${show(parsed.found)} is no ${parsed.field} of a cron expression`,
      parsed.expected,
    );
  return everDue(parsed.cron)
    ? []
    : problem(
        `${show(cron)} names no day that ever comes`,
        'days that the months have, such as L for the last',
      );
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
