import type { EpochMs } from '../ids.ts';
import { dayAndTime, describeClosed, describeWindows, length, timeOfDay, weekdayName } from './words.ts';
import { closedSpan, endOfKnown, nextOpening, openSpans, windowSpans, type WindowRules } from './windows.ts';
import { dayMs } from './dates.ts';
import { wallClock } from './zone.ts';

export type Openness =
  | { readonly open: true }
  | {
      readonly open: false;
      readonly code: 'outside-window' | 'closed' | 'calendar-unknown';
      readonly reason: string;
      /** From when on the same stretch would be open; null where no such time is near. */
      readonly opensAt: EpochMs | null;
    };

/** Whether the whole stretch from one instant to another is open; where it is not, why, and when it would be. */
export function openFor(rules: WindowRules, from: EpochMs, to: EpochMs): Openness {
  const end = Math.max(to, from + 1);
  const [first] = openSpans(rules, from, end);
  if (first !== undefined && first.from <= from && first.to >= end) return { open: true };
  const shutAt = first === undefined || first.from > from ? from : first.to;
  const opensAt = nextOpening(rules, from, end - from);
  return { open: false, ...whyShut(rules, { from, to, shutAt }, opensAt), opensAt };
}

interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The first instant of it that is not open. */
  readonly shutAt: EpochMs;
}

function whyShut(
  rules: WindowRules,
  stretch: Stretch,
  opensAt: EpochMs | null,
): { readonly code: 'outside-window' | 'closed' | 'calendar-unknown'; readonly reason: string } {
  const { closed, knownUntil, timezone, bounds } = rules;
  const { from, to, shutAt } = stretch;
  const next = (zone: string): string => whenNext(stretch, opensAt, zone);
  if (knownUntil !== null && shutAt >= endOfKnown(rules))
    return {
      code: 'calendar-unknown',
      reason: `Holidays and calendars are known until ${knownUntil} only, and nothing runs beyond that: "inoculate settings" with the same file again reads them anew`,
    };
  const shut = closed.find((one) => covers(closedSpan(one), shutAt));
  if (shut !== undefined)
    return { code: 'closed', reason: `${describeClosed(shut, timezone)}; ${next(zoneOf(shut, timezone))}` };
  const windows = bounds.find(
    (some) => !windowSpans(some, shutAt, shutAt + 1).some((s) => covers(s, shutAt)),
  );
  const zone = windows?.[0]?.timezone ?? timezone;
  const subject = windows === undefined || windows.length === 0 ? 'No window' : describeWindows(windows);
  const [is, closes] = (windows?.length ?? 0) > 1 ? ['are', 'close'] : ['is', 'closes'];
  if (shutAt > from)
    return {
      code: 'outside-window',
      reason: `${subject} ${closes} on ${dayAndTime(shutAt, zone)}, before the run would be over at ${timeOfDay(to, zone)}; ${next(zone)}`,
    };
  if (windows === undefined || windows.length === 0)
    return { code: 'outside-window', reason: `No window is open at any time; give one` };
  const sameDay = windowSpans(windows, from, from + 1).some(
    (span) => wallClock(span.from, zone).day === wallClock(from, zone).day,
  );
  const when = sameDay ? `at ${timeOfDay(from, zone)}` : `on ${weekdayName(from, zone)}`;
  return { code: 'outside-window', reason: `${subject} ${is} closed ${when}; ${next(zone)}` };
}

function zoneOf(closed: WindowRules['closed'][number], timezone: string): string {
  return 'timezone' in closed ? closed.timezone : timezone;
}

function covers({ from, to }: { readonly from: EpochMs; readonly to: EpochMs }, at: EpochMs): boolean {
  return from <= at && at < to;
}

function whenNext({ from, to, shutAt }: Stretch, opensAt: EpochMs | null, zone: string): string {
  if (opensAt === null)
    return `nothing is open for as long as the run takes (${length(to - from)}) within the next 400 days`;
  const when = dayAndTime(opensAt, zone);
  if (opensAt - from > 300 * dayMs) return `it opens only on ${when}`;
  return shutAt > from ? `a run of ${length(to - from)} may start on ${when}` : `it opens on ${when}`;
}
