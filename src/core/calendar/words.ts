import type { Closed, Weekday, Window } from '../guardrails.ts';
import type { EpochMs } from '../ids.ts';
import { formatDate, weekdayOf } from './dates.ts';
import { wallClock } from './zone.ts';

const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const week: readonly Weekday[] = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/** `The window of 09:00 to 17:00 on MON–FRI (Europe/Berlin)`, or of several. */
export function describeWindows(windows: readonly Window[]): string {
  const subject = windows.length === 1 ? 'The window of' : 'The windows of';
  const zones = new Set(windows.map(({ timezone }) => timezone));
  const [zone] = zones;
  const shared = zones.size === 1 && zone !== undefined;
  const all = windows.map((window) => describeWindow(window, !shared));
  return `${subject} ${joined(all)}${shared ? ` (${zone})` : ''}`;
}

export function describeWindow(window: Window, withZone = true): string {
  const hours = `${window.from} to ${window.to}`;
  const when = 'date' in window ? window.date : daysInWords(window.days);
  return `${hours} on ${when}${withZone ? ` (${window.timezone})` : ''}`;
}

/** `MON–FRI`, `SUN–THU`, `MON, WED, SAT`, `every day`. */
export function daysInWords(days: readonly Weekday[]): string {
  const has = new Set(days);
  if (has.size === week.length) return 'every day';
  const previous = (index: number): Weekday | undefined => week[(index + 6) % 7];
  const runs = week.flatMap((day, index) => {
    const before = previous(index);
    if (!has.has(day) || (before !== undefined && has.has(before))) return [];
    const rotated = [...week.slice(index), ...week.slice(0, index)];
    const end = rotated.findIndex((one) => !has.has(one));
    return [rotated.slice(0, end)];
  });
  return runs.map((run) => (run.length < 3 ? run.join(', ') : `${run[0]}–${run.at(-1)}`)).join(', ');
}

/** `Closed on 2026-12-25 (Europe/Berlin): Christmas Day`. */
export function describeClosed(closed: Closed, timezone: string): string {
  if ('firstDate' in closed) {
    const { firstDate, lastDate } = closed;
    const dates = firstDate === lastDate ? `on ${firstDate}` : `from ${firstDate} to ${lastDate}`;
    return `Closed ${dates} (${closed.timezone}): ${closed.reason}`;
  }
  return `Closed from ${instant(closed.from, timezone)} to ${instant(closed.to, timezone)} (${timezone}): ${closed.reason}`;
}

/** `Monday 2026-11-23 at 09:00` */
export function dayAndTime(at: EpochMs, zone: string): string {
  return `${weekdayName(at, zone)} ${formatDate(wallClock(at, zone).day)} at ${timeOfDay(at, zone)}`;
}

export function weekdayName(at: EpochMs, zone: string): string {
  return names[weekdayOf(wallClock(at, zone).day)] ?? '';
}

/** `09:00`; with the seconds where there are any. */
export function timeOfDay(at: EpochMs, zone: string): string {
  const { minuteOfDay } = wallClock(at, zone);
  const seconds = Math.floor(at / 1000) % 60;
  const parts = [Math.floor(minuteOfDay / 60), minuteOfDay % 60, ...(seconds === 0 ? [] : [seconds])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** `1 h 30 min` */
export function length(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  let rest = Math.max(0, Math.round(ms / 1000) * 1000);
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

function instant(at: EpochMs, zone: string): string {
  return `${formatDate(wallClock(at, zone).day)} ${timeOfDay(at, zone)}`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
