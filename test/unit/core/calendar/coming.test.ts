import fc from 'fast-check';
import {
  comingSlots,
  lengthOf,
  plannedLengthOf,
  plannedSlot,
  rulesOf,
  startOfSlot,
  type Scheduled,
} from '../../../../src/core/calendar/coming.ts';
import { formatDate, parseTime, weekdayOf, weekdays } from '../../../../src/core/calendar/dates.ts';
import { openFor } from '../../../../src/core/calendar/open.ts';
import { unitHash } from '../../../../src/core/calendar/seed.ts';
import { wallClock } from '../../../../src/core/calendar/zone.ts';
import type { Closed, Window } from '../../../../src/core/guardrails.ts';
import { always, at, iso, zones } from './support.ts';

const office = { days: ['MON', 'TUE', 'WED', 'THU', 'FRI'], from: '09:00', to: '17:00' } as const;
const experiment: Scheduled = {
  name: 'checkout-slow',
  schedule: { cron: '0 10 * * ? *', timezone: 'Europe/Berlin' },
  duration: 600_000,
  window: office,
};

describe('coming slots', () => {
  it('each has its start and, where it would be skipped, the reason', () => {
    const holiday: Closed = {
      reason: 'Advent',
      firstDate: '2026-11-24',
      lastDate: '2026-11-24',
      timezone: 'Europe/Berlin',
    };
    const slots = comingSlots(experiment, { ...always, closed: [holiday] }, at('2026-11-21T08:00Z'), 5);
    expect(slots.map((slot) => [iso(slot.at), iso(slot.startAt), slot.skipped?.code ?? null])).toEqual([
      ['2026-11-21T09:00Z', '2026-11-21T09:00Z', 'outside-window'],
      ['2026-11-22T09:00Z', '2026-11-22T09:00Z', 'outside-window'],
      ['2026-11-23T09:00Z', '2026-11-23T09:00Z', null],
      ['2026-11-24T09:00Z', '2026-11-24T09:00Z', 'closed'],
      ['2026-11-25T09:00Z', '2026-11-25T09:00Z', null],
    ]);
  });

  it('the recovery counts: the whole run must lie inside the window', () => {
    const late = { ...experiment, schedule: { cron: '48 16 ? * MON *', timezone: 'Europe/Berlin' } };
    // Ten minutes, and two within which it starts.
    const slotAt = at('2026-11-23T15:48Z');
    expect(plannedSlot(late, always, slotAt).skipped).toBeNull();
    expect(plannedSlot({ ...late, recovery: 1000 }, always, slotAt).skipped?.code).toBe('outside-window');
  });

  it.each([
    ['its own', { ...office, timezone: 'Asia/Tokyo' }, { timezone: 'Europe/Berlin' }, 'Asia/Tokyo'],
    ["the schedule's", office, { timezone: 'Europe/Berlin' }, 'Europe/Berlin'],
    ["the settings'", office, undefined, 'America/New_York'],
  ])('the time zone of a window: %s', (_name, window, zone, expected) => {
    const { schedule: _schedule, ...rest } = experiment;
    const given = { ...rest, window, ...(zone && { schedule: { cron: '0 10 * * ? *', ...zone } }) };
    const rules = rulesOf(given, { ...always, timezone: 'America/New_York' });
    expect(rules.bounds).toEqual([[{ ...office, timezone: expected }]]);
  });

  it('none without a schedule, and none where none is asked for', () => {
    const { schedule: _schedule, ...manual } = experiment;
    expect(comingSlots(manual, always, 0, 5)).toEqual([]);
    expect(comingSlots(experiment, always, 0, 0)).toEqual([]);
  });
});

describe('jitter', () => {
  const slotAt = at('2026-11-23T09:00Z');
  const jittered = (jitter: 'window' | number, name = 'checkout-slow'): Scheduled => ({
    ...experiment,
    name,
    schedule: { cron: '0 10 * * ? *', timezone: 'Europe/Berlin', jitter },
  });

  it('without it a run starts at its slot', () => {
    expect(startOfSlot(experiment, always, slotAt)).toBe(slotAt);
  });

  it('the same for the same slot and name; another for another of either', () => {
    const start = startOfSlot(jittered('window'), always, slotAt);
    expect(startOfSlot(jittered('window'), always, slotAt)).toBe(start);
    expect(startOfSlot(jittered('window', 'checkout-fast'), always, slotAt) - slotAt).not.toBe(
      start - slotAt,
    );
    const nextDay = slotAt + 86_400_000;
    expect(startOfSlot(jittered('window'), always, nextDay) - nextDay).not.toBe(start - slotAt);
  });

  it('with "window" starts spread over all that is left of it, to the last start that still fits', () => {
    const starts = Array.from({ length: 2000 }, (_, index) =>
      startOfSlot(jittered('window', `e${index}`), always, slotAt),
    );
    const latest = at('2026-11-23T15:48Z');
    const tenths = new Array<number>(10).fill(0);
    for (const start of starts) {
      expect(start).toBeGreaterThanOrEqual(slotAt);
      expect(start).toBeLessThanOrEqual(latest);
      const tenth = Math.min(9, Math.floor(((start - slotAt) / (latest - slotAt + 1000)) * 10));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // 200 are expected in each; a spread that is even strays by about 14.
    expect(Math.min(...tenths)).toBeGreaterThan(140);
    expect(Math.max(...tenths)).toBeLessThan(260);
  });

  it('a length of time is cut where the window ends', () => {
    const late = at('2026-11-23T15:43Z');
    const starts = Array.from({ length: 200 }, (_, index) =>
      startOfSlot(jittered(3_600_000, `e${index}`), always, late),
    );
    expect(Math.max(...starts)).toBeLessThanOrEqual(at('2026-11-23T15:48Z'));
    expect(new Set(starts).size).toBeGreaterThan(50);
  });

  it('numbers from texts are spread evenly, and never 1', () => {
    const draws = Array.from({ length: 10_000 }, (_, index) => unitHash(`checkout ${index}`));
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
  });
});

const zone = fc.constantFrom(...zones);
const hhmm = fc
  .integer({ min: 0, max: 95 })
  .map(
    (quarter) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );
const weekly = fc.record({
  days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1, maxLength: 7 }),
  from: hhmm,
  to: hhmm,
  timezone: zone,
});
const instant = fc
  .integer({ min: Date.UTC(2025, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 })
  .map((minute) => minute * 60_000);
const freeze = fc
  .tuple(instant, fc.integer({ min: 1, max: 20 * 24 * 60 }))
  .map(([from, minutes]): Closed => ({ reason: 'freeze', from, to: from + minutes * 60_000 }));
const cron = fc
  .tuple(
    fc.constantFrom('0', '30', '*/20', '59'),
    fc.constantFrom('*', '2', '9', '0-4', '23'),
    fc.constantFrom(['*', '?'], ['?', 'MON-FRI'], ['L', '?'], ['?', 'SUN'], ['31', '?']),
  )
  .map(([minute, hour, [date = '', day = '']]) => `${minute} ${hour} ${date} * ${day} *`);
const scheduled = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  schedule: fc.record({
    cron,
    timezone: zone,
    jitter: fc.constantFrom<'window' | number>('window', 60_000, 7_200_000),
  }),
  window: fc.array(weekly, { minLength: 1, maxLength: 3 }),
  duration: fc.constantFrom(60_000, 600_000, 5_400_000),
  recovery: fc.constantFrom(0, 300_000),
});
const guardrails = fc.record({
  timezone: zone,
  windows: fc.oneof(
    fc.constant(null),
    fc.constant('always' as const),
    fc.array(weekly, { minLength: 1, maxLength: 2 }),
  ),
  closed: fc.array(freeze, { maxLength: 5 }),
  closedKnownUntil: fc.constantFrom(null, '2028-12-31'),
});

/** By the clock on the wall alone, and one minute at a time: nothing of the code under test. */
function shownInside(window: Window, minute: number): boolean {
  if ('date' in window) throw new Error('Only weekly windows here');
  const { day, minuteOfDay } = wallClock(minute, window.timezone);
  const [from = 0, to = 0] = [parseTime(window.from), parseTime(window.to)];
  const on = (one: number): boolean => window.days.some((name) => weekdays.indexOf(name) === weekdayOf(one));
  if (from < to) return on(day) && minuteOfDay >= from && minuteOfDay < to;
  return (on(day) && minuteOfDay >= from) || (on(day - 1) && minuteOfDay < to);
}

describe('properties', () => {
  it('L26: no slot ever starts a run that is under way outside a window, or within what is closed', () => {
    let started = 0;
    fc.assert(
      fc.property(scheduled, guardrails, instant, (given, rails, after) => {
        for (const slot of comingSlots(given, rails, after, 8)) {
          if (slot.skipped !== null) continue;
          started += 1;
          expect(slot.startAt).toBeGreaterThanOrEqual(slot.at);
          const end = slot.startAt + lengthOf(given);
          const minutes = Array.from(
            { length: Math.ceil((end - slot.startAt) / 60_000) },
            (_, index) => slot.startAt + index * 60_000,
          );
          const inside = (windows: readonly Window[]): boolean =>
            minutes.every((minute) => windows.some((window) => shownInside(window, minute)));
          expect(inside(given.window)).toBe(true);
          if (Array.isArray(rails.windows)) expect(inside(rails.windows)).toBe(true);
          for (const closed of rails.closed) {
            if (!('from' in closed)) continue;
            expect(end <= closed.from || slot.startAt >= closed.to).toBe(true);
          }
          if (rails.closedKnownUntil !== null)
            expect(formatDate(wallClock(end - 1, rails.timezone).day) <= rails.closedKnownUntil).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(started).toBeGreaterThan(100);
  });

  it('slots ascend strictly, come after what was asked, and agree with openFor', () => {
    fc.assert(
      fc.property(scheduled, guardrails, instant, (given, rails, after) => {
        let last = after;
        for (const slot of comingSlots(given, rails, after, 10)) {
          expect(slot.at).toBeGreaterThan(last);
          last = slot.at;
          const rules = rulesOf(given, rails);
          const atSlot = openFor(rules, slot.at, slot.at + plannedLengthOf(given));
          expect(slot.skipped === null).toBe(atSlot.open);
          if (slot.skipped === null)
            expect(openFor(rules, slot.startAt, slot.startAt + plannedLengthOf(given)).open).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the same experiment and slot always start at the same time', () => {
    fc.assert(
      fc.property(scheduled, guardrails, instant, (given, rails, after) => {
        const slots = comingSlots(given, rails, after, 3);
        const again = comingSlots(structuredClone(given), structuredClone(rails), after, 3);
        expect(again).toEqual(slots);
        for (const slot of slots) expect(startOfSlot(given, rails, slot.at)).toBe(slot.startAt);
      }),
      { numRuns: 100 },
    );
  });

  it('what opens later is open then, and not a minute before', () => {
    fc.assert(
      fc.property(scheduled, guardrails, instant, (given, rails, from) => {
        const rules = rulesOf(given, rails);
        const lengthMs = lengthOf(given);
        const found = openFor(rules, from, from + lengthMs);
        if (found.open || found.opensAt === null) return;
        const { opensAt } = found;
        expect(opensAt).toBeGreaterThan(from);
        expect(openFor(rules, opensAt, opensAt + lengthMs).open).toBe(true);
        expect(openFor(rules, opensAt - 60_000, opensAt - 60_000 + lengthMs).open).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
