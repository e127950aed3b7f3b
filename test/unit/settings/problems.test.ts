import { calendarOf, problems, read } from './support.ts';

/** The mistake begins where the paragraph sign stands. */
const wrong: readonly (readonly [what: string, lines: string, code: string, stage?: string])[] = [
  ['a time zone that does not exist', 'timezone: §Europe/Berln', 'unknown-timezone'],
  [
    'a window on a day that does not exist',
    'window: { date: §2027-02-29, from: "09:00", to: "10:00" }',
    'no-such-date',
  ],
  [
    'a window in no time zone',
    'window: { from: "09:00", to: "10:00", timezone: §Mars/Olympus }',
    'unknown-timezone',
  ],
  ['a window that could be none or a day', 'window: { from: "09:00", to: §"09:00" }', 'empty-window'],
  ['a country that does not exist', 'holidays: [{ country: §XX }]', 'unknown-country'],
  ['a region that does not exist', 'holidays: [{ country: DE, region: §ZZ }]', 'unknown-region'],
  ['a part of a region that does not exist', 'holidays: [{ country: DE, region: §BY-Q }]', 'unknown-region'],
  ['a region of a country without any', 'holidays: [{ country: LU, region: §A }]', 'unknown-region'],
  [
    'a freeze that ends before it begins',
    'freezes: [{ name: x, from: 2026-12-24, to: §2026-12-20 }]',
    'ends-before-start',
  ],
  [
    'a freeze that ends at the hour at which it begins',
    'freezes: [{ name: x, from: 2026-12-24T10:00Z, to: §2026-12-24T11:00+01:00 }]',
    'ends-before-start',
  ],
  [
    'a freeze on a day that does not exist',
    'freezes: [{ name: x, from: §2026-02-30, to: 2026-12-20 }]',
    'no-such-date',
  ],
  ['a freeze at no hour', 'freezes: [{ name: x, from: §2026-02-03T24:30, to: 2026-12-20 }]', 'wrong-form'],
  ['a calendar that is not there', 'calendars: [§none.ics]', 'no-such-file'],
  ['a kind of fault that does not exist', 'faults: [§dependency.latncy]', 'unknown-kind'],
  ['a pattern of no kind of fault', 'faults: [§dependancy.*]', 'unknown-kind'],
  ['more exposure than the product allows', 'exposure: §51%', 'out-of-bounds'],
  ['a longer run than the product allows', 'duration: §25h', 'out-of-bounds'],
  ['more runs at once than the product allows', 'runsAtOnce: §21', 'out-of-bounds'],
  ['an approval that never expires', 'approval: { expiresAfter: §8d }', 'out-of-bounds'],
  [
    'a stage that is not allowed',
    'allowedStages: [dev]\nstages: { §prod: { exposure: 5% } }',
    'stage-not-allowed',
  ],
  [
    'a ladder to a stage that is not allowed',
    'allowedStages: [dev, prod]\nstages: { prod: { requires: { heldOn: §staging, withinDays: 3 } } }',
    'stage-not-allowed',
  ],
  [
    'a stage that requires itself',
    'stages: { prod: { requires: { heldOn: §prod, withinDays: 3 } } }',
    'stage-requires-itself',
  ],
  [
    'the stage asked about requiring itself',
    'requires: { heldOn: §staging, withinDays: 3 }',
    'stage-requires-itself',
    'staging',
  ],
  ['an older ladder than runs are kept', 'requires: { heldOn: staging, withinDays: §91 }', 'out-of-bounds'],
  [
    'approvals by anyone at a production stage',
    'permissions: { approve: §anyone }\nstages: { prod: {} }',
    'open-to-all',
  ],
  [
    'starts by anyone at the production stage asked about',
    'permissions: { start: §anyone }',
    'open-to-all',
    'live',
  ],
  [
    'starts by anyone below a production stage',
    'stages: { production: { permissions: { start: §anyone } } }',
    'open-to-all',
  ],
  ['an account that YAML takes for a number', 'accounts: [§111122223333]', 'wrong-type'],
  ['somebody of no sort', 'permissions: { view: [§ada] }', 'wrong-form'],
  [
    'two people who share an identity',
    'people: [{ name: Ada, slack: U012 }, { name: Bob, slack: §U012 }]',
    'shared-identity',
  ],
  ['reports without TLS', 'reports: { url: §"http://chaos.example.com" }', 'wrong-form'],
  ['a property that does not exist', '§aproval: { required: true }', 'unknown-property'],
];

describe('settings are refused, at the place of the mistake', () => {
  it.each(wrong)('with %s', async (_what, marked, code, stage = 'dev') => {
    const before = marked.slice(0, marked.indexOf('§')).split('\n');
    const place = `${before.length + 1}:${(before.at(-1) ?? '').length + 1}`;
    expect(await problems(marked.replace('§', ''), { stage })).toEqual([`${place} ${code}`]);
  });

  it('with all mistakes at once, those of the text, of the schema, of dates and of calendars', async () => {
    const lines =
      'exposure: 5\nholidays: [{ country: XX }]\nfaults: [nothing.*]\ncalendars: [none.ics]\ntimezone: [';
    expect((await problems(lines)).map((one) => one.split(' ')[0])).toEqual(
      expect.arrayContaining(['2:11', '3:23', '4:10', '5:13']),
    );
  });
});

describe('a calendar is refused, with its line', () => {
  const start = 'DTSTART:20261224T100000Z';
  const end = 'DTEND:20261224T110000Z';
  const bad: readonly (readonly [what: string, text: string, says: RegExp])[] = [
    ['that is none', 'hello\n', /line 1: "hello" is no line/],
    ['that is something else', 'BEGIN:VCARD\nEND:VCARD\n', /line 1: this is no iCalendar file/],
    ['that ends too early', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\n', /line 2: the file ends before END:VCALENDAR/],
    ['with an event without a beginning', calendarOf(['SUMMARY:x', end]), /line 5: x has no DTSTART/],
    ['with an event without an end', calendarOf(['SUMMARY:x', start]), /x ends before it begins/],
    [
      'with an event that ends first',
      calendarOf([end.replace('END', 'START'), start.replace('START', 'END')]),
      /line 6: An event without a name ends/,
    ],
    [
      'with a month that does not exist',
      calendarOf([start, 'DTEND:20261324T110000Z']),
      /line 6: DTEND:20261324T110000Z is no date/,
    ],
    ['with an hour that does not exist', calendarOf(['DTSTART:20261224T250000Z', end]), /line 5: DTSTART/],
    [
      'with a time zone that nobody knows',
      calendarOf(['DTSTART;TZID=Mars/Olympus:20261224T100000', end]),
      /line 5: there is no time zone "Mars\/Olympus"/,
    ],
    [
      'with a rule that is none',
      calendarOf([start, end, 'RRULE:FREQ=SOMETIMES']),
      /line 7: RRULE:FREQ=SOMETIMES is not understood/,
    ],
    [
      'with an event every minute',
      calendarOf([start, end, 'RRULE:FREQ=MINUTELY']),
      /line 7: an event that recurs every hour/,
    ],
    [
      'with dates of their own',
      calendarOf([start, end, 'RDATE:20261225T100000Z']),
      /line 7: RDATE is not understood/,
    ],
    [
      'with a change of all later events',
      calendarOf([start, end, 'RECURRENCE-ID;RANGE=THISANDFUTURE:20261225T100000Z']),
      /line 7: a change of all later/,
    ],
    [
      'with a day that ends at an hour',
      calendarOf(['DTSTART;VALUE=DATE:20261224', end]),
      /line 6: DTSTART and DTEND/,
    ],
    [
      'with more events than can be kept',
      calendarOf(
        ...[0, 1, 2, 3].map((hour) => [
          `DTSTART:20261121T0${hour}0000Z`,
          'DURATION:PT5M',
          'RRULE:FREQ=DAILY',
        ]),
      ),
      /have \d+ events until 2029-11-21/,
    ],
  ];
  it.each(bad)('%s', async (_what, text, says) => {
    const found = await read('calendars: [freezes.ics]', { calendars: { 'freezes.ics': text } });
    if (found.ok) throw new Error('It was taken');
    expect(found.problems.map(({ line, column }) => `${line}:${column}`)).toEqual(['2:13']);
    expect(found.problems[0]?.message).toMatch(says);
  });
});
