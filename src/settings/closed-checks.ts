import type { EpochMs } from '../core/ids.ts';
import type { Path, Problem } from '../core/problem.ts';
import { isTimezone } from '../core/schedule-checks.ts';
import { isMapping } from '../core/schema-branch.ts';
import { closedByCalendar } from './calendars.ts';
import { findHolidayProblems } from './holidays.ts';
import { CalendarError } from './icalendar.ts';
import { horizonOf } from './moments.ts';

/** A calendar's text, or why it cannot be read. */
export type CalendarText =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** More would not fit into the table with the rest. */
const maxEntries = 3000;
const dayMs = 86_400_000;

/** Countries that nobody knows, and calendars that cannot be read, anywhere in a file of settings. */
export function findClosedProblems(
  file: unknown,
  now: EpochMs,
  calendar: (name: string) => CalendarText,
): readonly Problem[] {
  if (!isMapping(file)) return [];
  const stages = isMapping(file['stages']) ? Object.entries(file['stages']) : [];
  const levels: readonly (readonly [Path, unknown])[] = [
    [[], file],
    ...stages.map(([name, limits]) => [['stages', name], limits] as const),
  ];
  return levels.flatMap(([path, limits]): readonly Problem[] => {
    if (!isMapping(limits)) return [];
    const named = limits['timezone'] ?? file['timezone'];
    const timezone = typeof named === 'string' && isTimezone(named) ? named : 'UTC';
    return [
      ...findHolidayProblems(limits['holidays'], [...path, 'holidays']),
      ...findCalendarProblems(limits['calendars'], [...path, 'calendars'], { timezone, now }, calendar),
    ];
  });
}

function findCalendarProblems(
  calendars: unknown,
  path: Path,
  { timezone, now }: { readonly timezone: string; readonly now: EpochMs },
  calendar: (name: string) => CalendarText,
): readonly Problem[] {
  if (!Array.isArray(calendars)) return [];
  const stretch = { from: now - dayMs, lastDay: horizonOf(now, timezone) };
  let entries = 0;
  return calendars.flatMap((name: unknown, index): readonly Problem[] => {
    if (typeof name !== 'string' || name === '') return [];
    const problem = (code: string, message: string, expected: string): readonly Problem[] => [
      { path: [...path, index], code, message, found: name, expected },
    ];
    const text = calendar(name);
    if (!text.ok)
      return problem('no-such-file', text.message, 'an iCalendar file, by its path from this file');
    try {
      entries += closedByCalendar(text.text, timezone, stretch).length;
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      return problem('bad-calendar', `${name}, line ${error.line}: ${error.message}`, error.expected);
    }
    if (entries <= maxEntries) return [];
    const message = `The calendars have ${entries} events until ${new Date(stretch.lastDay * dayMs).toISOString().slice(0, 10)}`;
    return problem('too-many', message, `at most ${maxEntries}; what recurs every day is a "window"`);
  });
}
