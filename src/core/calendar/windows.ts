import type { Closed, Guardrails, Window } from '../guardrails.ts';
import type { EpochMs } from '../ids.ts';
import { type Day, dayMs, parseDate, parseTime, weekdayOf, weekdays } from './dates.ts';
import { difference, intersection, merged, type Span } from './spans.ts';
import { type Instants, instantsOf, startOfDay, wallClock } from './zone.ts';

/** When runs may be under way. */
export interface WindowRules {
  /** Each of these must be open; one is open where any of its windows is. */
  readonly bounds: readonly (readonly Window[])[];
  readonly closed: readonly Closed[];
  /** The last date whose holidays and calendars are known, in `timezone`; null where there are none to know. */
  readonly knownUntil: string | null;
  readonly timezone: string;
}

type TimeRules = Pick<Guardrails, 'timezone' | 'windows' | 'closed' | 'closedKnownUntil'>;

export const workingDays = ['MON', 'TUE', 'WED', 'THU', 'FRI'] as const;

/**
 * The guardrails' windows and within them the run's own; working hours on weekdays where neither says anything. Nothing
 * is open on what is closed, or beyond what is known of it.
 */
export function windowRules(guardrails: TimeRules, own: readonly Window[] | 'always' | null): WindowRules {
  const { timezone, windows, closed, closedKnownUntil } = guardrails;
  const outer = windows === null || windows === 'always' ? [] : [windows];
  const inner = own ?? (windows === null ? workingHours(timezone) : 'always');
  return {
    bounds: inner === 'always' ? outer : [...outer, inner],
    closed,
    knownUntil: closedKnownUntil,
    timezone,
  };
}

function workingHours(timezone: string): readonly Window[] {
  return [{ days: workingDays, from: '09:00', to: '17:00', timezone }];
}

/** What is open from one instant to another, ascending. */
export function openSpans(rules: WindowRules, from: EpochMs, to: EpochMs): readonly Span[] {
  const { bounds, closed } = rules;
  const inside = bounds.reduce<readonly Span[]>(
    (spans, windows) => intersection(spans, windowSpans(windows, from, to)),
    [{ from, to: Math.min(to, endOfKnown(rules)) }],
  );
  return difference(inside, merged(closed.map(closedSpan)));
}

/** The first instant that the rules know nothing of. */
export function endOfKnown({ knownUntil, timezone }: WindowRules): EpochMs {
  return knownUntil === null ? Infinity : startOfDay(dateOf(knownUntil) + 1, timezone);
}

export function closedSpan(closed: Closed): Span {
  if (!('firstDate' in closed)) return { from: closed.from, to: closed.to };
  const { firstDate, lastDate, timezone } = closed;
  return {
    from: startOfDay(dateOf(firstDate), timezone),
    to: startOfDay(dateOf(lastDate) + 1, timezone),
  };
}

/** When any of the windows is open, of all that touches the time from one instant to another. */
export function windowSpans(windows: readonly Window[], from: EpochMs, to: EpochMs): readonly Span[] {
  return merged(windows.flatMap((window) => occurrences(window, from, to)));
}

function occurrences(window: Window, from: EpochMs, to: EpochMs): readonly Span[] {
  if ('date' in window) return [occurrence(window, dateOf(window.date))];
  // One that began on the day before may still be open.
  const first = wallClock(from, window.timezone).day - 1;
  const last = wallClock(to, window.timezone).day;
  const days = new Set<number>(window.days.map((name) => weekdays.indexOf(name)));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
    .filter((day) => days.has(weekdayOf(day)))
    .map((day) => occurrence(window, day));
}

/**
 * A window on the day on which it begins. Open only while the clock on the wall shows a time in it: where clocks are put
 * back it opens with the second of two equal times and closes with the first, and where they are put forward over one of
 * its ends, that end is the jump.
 */
function occurrence({ from, to, timezone }: Window, day: Day): Span {
  const [start, end] = [timeOf(from), timeOf(to)];
  const opens = instantsOf(day, start, timezone);
  const closes = instantsOf(end <= start ? day + 1 : day, end, timezone);
  const span = { from: lastOf(opens), to: firstOf(closes) };
  // Both ends between two equal hours: the first of them.
  return span.from < span.to ? span : { from: firstOf(opens), to: firstOf(closes) };
}

function firstOf(instants: Instants): EpochMs {
  if (instants.shown === 'once') return instants.at;
  return instants.shown === 'twice' ? instants.first : instants.next;
}

function lastOf(instants: Instants): EpochMs {
  return instants.shown === 'twice' ? instants.second : firstOf(instants);
}

function dateOf(text: string): Day {
  const day = parseDate(text);
  if (day === undefined) throw new RangeError(`"${text}" is no date such as 2026-12-04`);
  return day;
}

function timeOf(text: string): number {
  const time = parseTime(text);
  if (time === undefined) throw new RangeError(`"${text}" is no time of a day such as 09:00`);
  return time;
}

/** How far ahead an opening is looked for: a little more than a year. */
const horizonsMs = [8 * dayMs, 40 * dayMs, 400 * dayMs];

/** The first instant from which on the rules stay open for so long; null where there is none within 400 days. */
export function nextOpening(rules: WindowRules, from: EpochMs, lengthMs: number): EpochMs | null {
  for (const horizonMs of horizonsMs) {
    const to = from + horizonMs + lengthMs;
    const span = openSpans(rules, from, to).find((one) => one.to - one.from >= Math.max(lengthMs, 1));
    if (span !== undefined) return span.from;
  }
  return null;
}
