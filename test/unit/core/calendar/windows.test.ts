import { openFor } from '../../../../src/core/calendar/open.ts';
import { windowRules, type WindowRules } from '../../../../src/core/calendar/windows.ts';
import type { Closed, Window } from '../../../../src/core/guardrails.ts';
import { always, at, iso } from './support.ts';

const berlin = 'Europe/Berlin';
const office: Window = {
  days: ['MON', 'TUE', 'WED', 'THU', 'FRI'],
  from: '09:00',
  to: '17:00',
  timezone: berlin,
};
const night: Window = { days: ['FRI'], from: '22:00', to: '04:00', timezone: berlin };
const rules = (windows: readonly Window[], more: Partial<WindowRules> = {}): WindowRules => ({
  bounds: [windows],
  closed: [],
  knownUntil: null,
  timezone: berlin,
  ...more,
});

/** [from, to, open?, opensAt] */
type Row = readonly [string, string, boolean, string | null];

function look(given: WindowRules, [from, to]: Row): readonly [boolean, string | null] {
  const found = openFor(given, at(from), at(to));
  return found.open ? [true, null] : [false, iso(found.opensAt)];
}

function table(title: string, given: WindowRules, rows: readonly Row[]): void {
  describe(title, () => {
    it.each(rows)('%s to %s', (...row) => {
      expect(look(given, row)).toEqual([row[2], row[3]]);
    });
  });
}

table('working hours on weekdays', rules([office]), [
  ['2026-11-23T08:00Z', '2026-11-23T09:00Z', true, null],
  ['2026-11-23T15:00Z', '2026-11-23T16:00Z', true, null],
  ['2026-11-23T15:00Z', '2026-11-23T16:01Z', false, '2026-11-24T08:00Z'],
  ['2026-11-23T07:59Z', '2026-11-23T09:00Z', false, '2026-11-23T08:00Z'],
  ['2026-11-20T16:00Z', '2026-11-20T16:10Z', false, '2026-11-23T08:00Z'],
  ['2026-11-21T10:00Z', '2026-11-21T10:10Z', false, '2026-11-23T08:00Z'],
  // A run that no day has room for.
  ['2026-11-23T08:00Z', '2026-11-23T17:00Z', false, null],
]);

table('L26: a window that crosses midnight belongs to the day on which it begins', rules([night]), [
  ['2026-11-20T21:00Z', '2026-11-21T03:00Z', true, null],
  ['2026-11-20T23:30Z', '2026-11-21T00:30Z', true, null],
  ['2026-11-21T02:00Z', '2026-11-21T03:00Z', true, null],
  ['2026-11-21T02:30Z', '2026-11-21T03:01Z', false, '2026-11-27T21:00Z'],
  // Friday at 01:00 would be Thursday's window, which there is not.
  ['2026-11-20T00:00Z', '2026-11-20T00:10Z', false, '2026-11-20T21:00Z'],
]);

table('a day that ends at 24:00', rules([{ days: ['SUN'], from: '20:00', to: '24:00', timezone: berlin }]), [
  ['2026-11-22T22:00Z', '2026-11-22T23:00Z', true, null],
  ['2026-11-22T22:00Z', '2026-11-22T23:01Z', false, '2026-11-29T19:00Z'],
]);

table(
  'windows that touch are one, over midnight too',
  rules([
    { days: ['SUN'], from: '20:00', to: '24:00', timezone: berlin },
    { days: ['MON'], from: '00:00', to: '02:00', timezone: berlin },
  ]),
  [
    ['2026-11-22T22:00Z', '2026-11-23T01:00Z', true, null],
    ['2026-11-22T22:00Z', '2026-11-23T01:01Z', false, '2026-11-29T19:00Z'],
  ],
);

table(
  'the same time at both ends is a whole day',
  rules([{ days: ['MON'], from: '09:00', to: '09:00', timezone: berlin }]),
  [
    ['2026-11-23T08:00Z', '2026-11-24T08:00Z', true, null],
    ['2026-11-23T08:00Z', '2026-11-24T08:01Z', false, null],
    ['2026-11-23T07:59Z', '2026-11-23T08:01Z', false, '2026-11-23T08:00Z'],
  ],
);

table(
  'L26: a week from Sunday to Thursday',
  rules([
    { days: ['SUN', 'MON', 'TUE', 'WED', 'THU'], from: '08:00', to: '16:00', timezone: 'Asia/Jerusalem' },
  ]),
  [
    ['2026-11-22T06:00Z', '2026-11-22T07:00Z', true, null],
    ['2026-11-26T06:00Z', '2026-11-26T14:00Z', true, null],
    ['2026-11-27T06:00Z', '2026-11-27T07:00Z', false, '2026-11-29T06:00Z'],
    ['2026-11-28T06:00Z', '2026-11-28T07:00Z', false, '2026-11-29T06:00Z'],
  ],
);

const early = (timezone: string, from: string, to: string): Window => ({
  days: ['SUN'],
  from,
  to,
  timezone,
});

table('L26: clocks put forward over the start, Europe/Berlin', rules([early(berlin, '02:30', '05:00')]), [
  ['2026-03-29T00:59Z', '2026-03-29T01:10Z', false, '2026-03-29T01:00Z'],
  ['2026-03-29T01:00Z', '2026-03-29T03:00Z', true, null],
  ['2026-03-29T01:00Z', '2026-03-29T03:01Z', false, '2026-04-05T00:30Z'],
]);

table(
  'clocks put forward over the end, America/New_York',
  rules([early('America/New_York', '01:00', '02:30')]),
  [
    ['2026-03-08T06:00Z', '2026-03-08T07:00Z', true, null],
    ['2026-03-08T06:00Z', '2026-03-08T07:01Z', false, '2026-03-15T05:00Z'],
  ],
);

table(
  'a window that is skipped altogether is not open that day, Australia/Lord_Howe',
  rules([early('Australia/Lord_Howe', '02:05', '02:25')]),
  [['2026-10-03T15:30Z', '2026-10-03T15:35Z', false, '2026-10-10T15:05Z']],
);

table(
  'clocks put back at the start: it opens with the second of two equal times',
  rules([early(berlin, '02:30', '05:00')]),
  [
    ['2026-10-25T00:30Z', '2026-10-25T01:00Z', false, '2026-10-25T01:30Z'],
    ['2026-10-25T01:30Z', '2026-10-25T04:00Z', true, null],
  ],
);

table(
  'clocks put back at the end: it closes with the first',
  rules([early('America/New_York', '00:00', '01:30')]),
  [
    ['2026-11-01T04:00Z', '2026-11-01T05:30Z', true, null],
    ['2026-11-01T04:00Z', '2026-11-01T05:31Z', false, null],
    ['2026-11-01T06:00Z', '2026-11-01T06:10Z', false, '2026-11-08T05:00Z'],
  ],
);

table(
  'clocks put back by half an hour within the window',
  rules([early('Australia/Lord_Howe', '01:00', '03:00')]),
  [
    // 01:00 (+11:00) to 03:00 (+10:30): two and a half hours.
    ['2026-04-04T14:00Z', '2026-04-04T16:30Z', true, null],
    ['2026-04-04T14:00Z', '2026-04-04T16:31Z', false, null],
  ],
);

table(
  'clocks put back over the whole window: the first of the two',
  rules([early(berlin, '02:10', '02:40')]),
  [
    ['2026-10-25T00:10Z', '2026-10-25T00:40Z', true, null],
    ['2026-10-25T01:10Z', '2026-10-25T01:40Z', false, '2026-11-01T01:10Z'],
  ],
);

table(
  'one date, with a leap day',
  rules([{ date: '2028-02-29', from: '22:00', to: '02:00', timezone: 'UTC' }]),
  [
    ['2028-02-29T22:00Z', '2028-03-01T02:00Z', true, null],
    ['2028-02-28T22:00Z', '2028-02-28T22:10Z', false, '2028-02-29T22:00Z'],
    ['2028-03-01T02:00Z', '2028-03-01T02:10Z', false, null],
  ],
);

table('the end of the year', rules([{ days: ['THU'], from: '23:00', to: '01:00', timezone: 'Asia/Tokyo' }]), [
  ['2026-12-31T14:00Z', '2026-12-31T16:00Z', true, null],
  ['2026-12-31T14:00Z', '2026-12-31T16:01Z', false, null],
]);

table(
  'two bounds: both must be open',
  { ...rules([office]), bounds: [[office], [{ ...office, from: '12:00', to: '20:00' }]] },
  [
    ['2026-11-23T11:00Z', '2026-11-23T16:00Z', true, null],
    ['2026-11-23T10:59Z', '2026-11-23T12:00Z', false, '2026-11-23T11:00Z'],
    ['2026-11-23T15:30Z', '2026-11-23T16:30Z', false, '2026-11-24T11:00Z'],
  ],
);

const christmas: Closed = {
  reason: 'Christmas',
  firstDate: '2026-12-25',
  lastDate: '2026-12-26',
  timezone: berlin,
};
const freeze: Closed = { reason: 'Sale', from: at('2026-11-27T06:00Z'), to: at('2026-11-30T22:00Z') };

table('holidays and freezes', rules([office], { closed: [christmas, freeze] }), [
  ['2026-12-24T08:00Z', '2026-12-24T16:00Z', true, null],
  ['2026-12-25T10:00Z', '2026-12-25T10:10Z', false, '2026-12-28T08:00Z'],
  ['2026-11-27T05:00Z', '2026-11-27T05:10Z', false, '2026-12-01T08:00Z'],
  ['2026-11-30T10:00Z', '2026-11-30T11:00Z', false, '2026-12-01T08:00Z'],
]);

table('holidays without windows', { ...rules([]), bounds: [], closed: [christmas] }, [
  ['2026-12-24T22:00Z', '2026-12-24T23:00Z', true, null],
  ['2026-12-24T22:00Z', '2026-12-24T23:01Z', false, '2026-12-26T23:00Z'],
  ['2026-12-26T23:00Z', '2026-12-27T03:00Z', true, null],
]);

table('nothing is open beyond what is known', rules([office], { knownUntil: '2026-12-31' }), [
  ['2026-12-31T08:00Z', '2026-12-31T16:00Z', true, null],
  ['2027-01-04T09:00Z', '2027-01-04T09:10Z', false, null],
]);

table('no windows at all are never open', rules([]), [
  ['2026-11-23T10:00Z', '2026-11-23T10:01Z', false, null],
]);

describe('reasons that a person understands', () => {
  const why = (given: WindowRules, from: string, to: string): string => {
    const found = openFor(given, at(from), at(to));
    return found.open ? 'open' : found.reason;
  };

  it.each([
    [
      rules([office]),
      '2026-11-21T10:00Z',
      '2026-11-21T10:10Z',
      'The window of 09:00 to 17:00 on MON–FRI (Europe/Berlin) is closed on Saturday; it opens on Monday 2026-11-23 at 09:00',
    ],
    [
      rules([office]),
      '2026-11-23T17:20Z',
      '2026-11-23T17:30Z',
      'The window of 09:00 to 17:00 on MON–FRI (Europe/Berlin) is closed at 18:20; it opens on Tuesday 2026-11-24 at 09:00',
    ],
    [
      rules([office]),
      '2026-11-23T15:50Z',
      '2026-11-23T16:05Z',
      'The window of 09:00 to 17:00 on MON–FRI (Europe/Berlin) closes on Monday 2026-11-23 at 17:00, before the run would be over at 17:05; a run of 15 min may start on Tuesday 2026-11-24 at 09:00',
    ],
    [
      rules([office, night]),
      '2026-11-22T10:00Z',
      '2026-11-22T10:10Z',
      'The windows of 09:00 to 17:00 on MON–FRI and 22:00 to 04:00 on FRI (Europe/Berlin) are closed on Sunday; it opens on Monday 2026-11-23 at 09:00',
    ],
    [
      rules([office], { closed: [christmas] }),
      '2026-12-25T10:00Z',
      '2026-12-25T10:10Z',
      'Closed from 2026-12-25 to 2026-12-26 (Europe/Berlin): Christmas; it opens on Monday 2026-12-28 at 09:00',
    ],
    [
      rules([office], { closed: [freeze] }),
      '2026-11-30T10:00Z',
      '2026-11-30T10:10Z',
      'Closed from 2026-11-27 07:00 to 2026-11-30 23:00 (Europe/Berlin): Sale; it opens on Tuesday 2026-12-01 at 09:00',
    ],
    [
      rules([office], { knownUntil: '2026-12-31' }),
      '2027-01-04T10:00Z',
      '2027-01-04T10:10Z',
      'Holidays and calendars are known until 2026-12-31 only, and nothing runs beyond that: "inoculate settings" with the same file again reads them anew',
    ],
    [
      rules([office]),
      '2026-11-23T08:00Z',
      '2026-11-23T17:30Z',
      'The window of 09:00 to 17:00 on MON–FRI (Europe/Berlin) closes on Monday 2026-11-23 at 17:00, before the run would be over at 18:30; nothing is open for as long as the run takes (9 h 30 min) within the next 400 days',
    ],
  ])('%#: %j', (given, from, to, reason) => expect(why(given, from, to)).toBe(reason));
});

describe('which windows count', () => {
  const own: Window = { ...office, from: '10:00' };

  it.each([
    ['nothing is given: working hours on weekdays', null, null, [[{ ...office, timezone: 'UTC' }]]],
    ['only the experiment has one', null, [own], [[own]]],
    ['the experiment asks for no bound, and none is set', null, 'always', []],
    ['only the settings have one', [office], null, [[office]]],
    ['both: the experiment cannot widen it', [office], [own], [[office], [own]]],
    ['the experiment asks for no bound where one is set', [office], 'always', [[office]]],
    ['the settings allow all, and the experiment narrows', 'always', [own], [[own]]],
    ['the settings allow all', 'always', null, []],
  ] as const)('%s', (_name, windows, mine, bounds) => {
    expect(windowRules({ ...always, windows }, mine).bounds).toEqual(bounds);
  });
});
