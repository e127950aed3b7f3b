import fc from 'fast-check';
import { formatDate, parseDate, parseTime } from '../../../../src/core/calendar/dates.ts';
import { instantsOf, startOfDay, wallClock } from '../../../../src/core/calendar/zone.ts';
import { at, zones } from './support.ts';

const day = (date: string): number => parseDate(date) ?? NaN;
const time = (text: string): number => parseTime(text) ?? NaN;

describe('what the clock on the wall shows', () => {
  it.each([
    // Europe/Berlin: 02:00 to 03:00 is skipped on 29 March 2026, and shown twice on 25 October 2026.
    ['Europe/Berlin', '2026-03-28', '02:30', ['2026-03-28T01:30Z']],
    ['Europe/Berlin', '2026-03-29', '02:00', []],
    ['Europe/Berlin', '2026-03-29', '02:30', []],
    ['Europe/Berlin', '2026-03-29', '03:00', ['2026-03-29T01:00Z']],
    ['Europe/Berlin', '2026-10-25', '02:30', ['2026-10-25T00:30Z', '2026-10-25T01:30Z']],
    ['Europe/Berlin', '2026-10-25', '03:00', ['2026-10-25T02:00Z']],
    ['America/New_York', '2026-03-08', '02:30', []],
    ['America/New_York', '2026-11-01', '01:30', ['2026-11-01T05:30Z', '2026-11-01T06:30Z']],
    // Half an hour only, the other way round in the year.
    ['Australia/Lord_Howe', '2026-10-04', '02:15', []],
    ['Australia/Lord_Howe', '2026-10-04', '02:30', ['2026-10-03T15:30Z']],
    ['Australia/Lord_Howe', '2026-04-05', '01:45', ['2026-04-04T14:45Z', '2026-04-04T15:15Z']],
    // Midnight itself is skipped.
    ['Africa/Cairo', '2026-04-24', '00:30', []],
    ['Asia/Kolkata', '2026-06-01', '00:00', ['2026-05-31T18:30Z']],
    ['UTC', '2028-02-29', '24:00', ['2028-03-01T00:00Z']],
    // A day that was left out altogether.
    ['Pacific/Apia', '2011-12-30', '12:00', []],
  ])('%s %s %s', (zone, date, shown, expected) => {
    const instants = instantsOf(day(date), time(shown), zone);
    const found =
      instants.shown === 'never'
        ? []
        : instants.shown === 'once'
          ? [instants.at]
          : [instants.first, instants.second];
    expect(found).toEqual(expected.map(at));
  });

  it.each([
    ['Europe/Berlin', '2026-03-29', '02:30', '2026-03-29T01:00Z'],
    ['Europe/Berlin', '2026-03-29', '02:00', '2026-03-29T01:00Z'],
    ['Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:30Z'],
    ['Africa/Cairo', '2026-04-24', '00:00', '2026-04-23T22:00Z'],
  ])('a time that is skipped is told with the jump: %s %s %s', (zone, date, shown, jump) => {
    expect(instantsOf(day(date), time(shown), zone)).toEqual({ shown: 'never', next: at(jump) });
  });

  it('a day begins with the jump where its midnight is skipped', () => {
    expect(startOfDay(day('2026-04-24'), 'Africa/Cairo')).toBe(at('2026-04-23T22:00Z'));
    expect(startOfDay(day('2026-03-29'), 'Europe/Berlin')).toBe(at('2026-03-28T23:00Z'));
  });

  it('every minute is found again by what the clock shows of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2020, 0, 1) / 60_000, max: Date.UTC(2035, 0, 1) / 60_000 }),
        (zone, minute) => {
          const instant = minute * 60_000;
          const shown = wallClock(instant, zone);
          const found = instantsOf(shown.day, shown.minuteOfDay, zone);
          const candidates =
            found.shown === 'once' ? [found.at] : found.shown === 'twice' ? [found.first, found.second] : [];
          expect(candidates).toContain(instant);
        },
      ),
    );
  });
});

describe('dates', () => {
  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '2026-04-31', 'tomorrow'])(
    'there is no %s',
    (text) => expect(parseDate(text)).toBeUndefined(),
  );

  it.each(['2028-02-29', '1970-01-01', '2026-12-31', '1969-07-20'])('%s is one', (text) =>
    expect(formatDate(day(text))).toBe(text),
  );

  it.each(['24:01', '9:00', '09:60', '25:00', ''])('there is no time %s', (text) =>
    expect(parseTime(text)).toBeUndefined(),
  );
});
