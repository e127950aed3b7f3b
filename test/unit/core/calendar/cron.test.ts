import { Cron as Croner } from 'croner';
import fc from 'fast-check';
import { daysDue, everDue, parseCron } from '../../../../src/core/calendar/cron.ts';
import { formatDate } from '../../../../src/core/calendar/dates.ts';
import { slotsAfter } from '../../../../src/core/calendar/slots.ts';
import { iso } from './support.ts';

function due(cron: string, year: number, month: number): readonly string[] {
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return daysDue(parsed.cron, year, month).map((day) => formatDate(day).slice(8));
}

describe('days of a cron expression, as EventBridge Scheduler counts them', () => {
  it.each([
    ['the last day of a month', '0 10 L * ? *', 2026, 11, ['30']],
    ['the last day of February', '0 10 L * ? *', 2026, 2, ['28']],
    ['the last day of February in a leap year', '0 10 L * ? *', 2028, 2, ['29']],
    ['the 31st, in months that have one', '0 10 31 * ? *', 2026, 12, ['31']],
    ['the 31st, in months that have none', '0 10 31 * ? *', 2026, 11, []],
    ['29 February in a leap year', '0 10 29 2 ? *', 2028, 2, ['29']],
    ['29 February in another year', '0 10 29 2 ? *', 2027, 2, []],
    ['the last working day', '0 10 LW * ? *', 2026, 5, ['29']],
    ['the working day nearest to the 15th, a Sunday', '0 10 15W * ? *', 2026, 11, ['16']],
    ['the working day nearest to the 14th, a Saturday', '0 10 14W * ? *', 2026, 11, ['13']],
    ['the working day nearest to the 1st, a Saturday, stays in the month', '0 10 1W * ? *', 2026, 8, ['03']],
    ['the working day nearest to the 31st, a Sunday, stays in the month', '0 10 31W * ? *', 2026, 5, ['29']],
    ['the working day nearest to a date that the month lacks', '0 10 31W * ? *', 2026, 11, []],
    ['Sunday is 1', '0 10 ? * 1 *', 2026, 11, ['01', '08', '15', '22', '29']],
    ['Saturday is 7', '0 10 ? * 7 *', 2026, 11, ['07', '14', '21', '28']],
    ['L alone is the last day of the week', '0 10 ? * L *', 2026, 11, ['07', '14', '21', '28']],
    ['the third Tuesday', '0 10 ? * 3#3 *', 2026, 11, ['17']],
    ['the fifth Monday, where there is one', '0 10 ? * MON#5 *', 2026, 11, ['30']],
    ['the fifth Monday, where there is none', '0 10 ? * MON#5 *', 2026, 12, []],
    ['the last Friday', '0 10 ? * FRIL *', 2026, 11, ['27']],
    ['the last Friday, by its number', '0 10 ? * 6L *', 2026, 12, ['25']],
    [
      'a range of names',
      '0 10 ? * MON-FRI *',
      2026,
      2,
      '02 03 04 05 06 09 10 11 12 13 16 17 18 19 20 23 24 25 26 27'.split(' '),
    ],
    [
      'a range over the end of the week',
      '0 10 ? * FRI-MON *',
      2026,
      2,
      '01 02 06 07 08 09 13 14 15 16 20 21 22 23 27 28'.split(' '),
    ],
    ['a list of names in small letters', '0 10 ? * tue,thu *', 2026, 2, '03 05 10 12 17 19 24 26'.split(' ')],
    ['steps from a date', '0 10 5/10 * ? *', 2026, 2, ['05', '15', '25']],
    ['another month', '0 10 1 JAN,JUL ? *', 2026, 2, []],
    ['another year', '0 10 1 * ? 2027-2029', 2026, 2, []],
    ['a year that is meant', '0 10 1 * ? 2026/2', 2028, 2, ['01']],
  ])('%s: %s', (_name, cron, year, month, expected) => {
    expect(due(cron, year, month)).toEqual(expected);
  });

  it.each([
    ['*/15 9-10 * * ? *', ['09:00', '09:15', '09:30', '09:45', '10:00', '10:15', '10:30', '10:45']],
    ['1/20 7 * * ? *', ['07:01', '07:21', '07:41']],
    ['0,30 22-1 * * ? *', ['00:00', '00:30', '01:00', '01:30', '22:00', '22:30', '23:00', '23:30']],
  ])('times of %s', (cron, expected) => {
    const parsed = parseCron(cron);
    const times = parsed.ok ? parsed.cron.times : [];
    expect(
      times.map(
        (time) => `${String(Math.floor(time / 60)).padStart(2, '0')}:${String(time % 60).padStart(2, '0')}`,
      ),
    ).toEqual(expected);
  });

  it.each([
    ['60 10 ? * MON *', 'minute'],
    ['0 24 ? * MON *', 'hour'],
    ['0 10 0 * ? *', 'day of the month'],
    ['0 10 32W * ? *', 'day of the month'],
    ['0 10 ?,1 * ? *', 'day of the month'],
    ['0 10 1 13 ? *', 'month'],
    ['0 10 ? * 0 *', 'day of the week'],
    ['0 10 ? * MON#6 *', 'day of the week'],
    ['0 10 ? * MON#1,FRI#2 *', 'day of the week'],
    ['0 10 ? * FOO#1 *', 'day of the week'],
    ['0 10 ? * MON 1969', 'year'],
    ['0/0 10 ? * MON *', 'minute'],
    ['0 10 1-2-3 * ? *', 'day of the month'],
    ['0 10 1 * MON *', null],
    ['0 10 ? * ? *', null],
    ['0 10 * * * *', null],
  ])('%s is refused for its %s', (cron, field) => {
    expect(parseCron(cron)).toMatchObject({ ok: false, field });
  });

  it.each(['0 10 30 2 ? *', '0 10 29 2 ? 2027', '0 10 31 4,6,9,11 ? *'])('%s never comes', (cron) => {
    const parsed = parseCron(cron);
    expect(parsed.ok && everDue(parsed.cron)).toBe(false);
    expect([...slotsAfter({ cron, timezone: 'UTC' }, 0)]).toEqual([]);
  });
});

describe('against another implementation', () => {
  const field = (min: number, max: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.integer({ min: 2, max: Math.min(20, max) }).map((step) => `*/${step}`),
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 2, maxLength: 4 }).map((list) => list.join(',')),
    );
  const dates = fc.oneof(
    field(1, 31),
    fc.constant('L'),
    fc.integer({ min: 1, max: 28 }).map((date) => `${date}W`),
  );
  const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  const name = fc.constantFrom(...names);
  const weekdays = fc.oneof(
    fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).map((list) => list.join(',')),
    fc.tuple(name, fc.integer({ min: 1, max: 5 })).map(([day, nth]) => `${day}#${nth}`),
    fc.constant('MON-FRI'),
  );
  const days = fc.oneof(
    dates.map((date) => [date, '?'] as const),
    weekdays.map((weekday) => ['?', weekday] as const),
  );

  it('croner has the same slots where clocks are never put forward or back', () => {
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 23),
        days,
        field(1, 12),
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) }),
        fc.constantFrom('UTC', 'Asia/Kolkata', 'America/Phoenix'),
        (minute, hour, [date, weekday], month, after, timezone) => {
          const cron = `${minute} ${hour} ${date} ${month} ${weekday} *`;
          const peer = new Croner(
            `0 ${minute} ${hour} ${date === '?' ? '*' : date} ${month} ${weekday === '?' ? '*' : weekday} *`,
            {
              timezone,
              paused: true,
            },
          );
          const expected = peer.nextRuns(5, new Date(after)).map((date) => iso(date.getTime()));
          const found: (string | null)[] = [];
          for (const slot of slotsAfter({ cron, timezone }, after)) {
            found.push(iso(slot));
            if (found.length >= expected.length) break;
          }
          expect({ cron, slots: found }).toEqual({ cron, slots: expected });
        },
      ),
      { numRuns: 300 },
    );
  });
});
