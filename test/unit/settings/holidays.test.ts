import { spawnSync } from 'node:child_process';
import { guardrails } from './support.ts';
import { parseDate } from '../../../src/core/calendar/dates.ts';
import { closedByHolidays, type HolidayEntry } from '../../../src/settings/holidays.ts';

const day = (date: string): number => parseDate(date) ?? NaN;
const datesOf = (entry: HolidayEntry, year: number): readonly string[] =>
  closedByHolidays(entry, day(`${year}-01-01`), day(`${year}-12-31`)).flatMap((one) =>
    'firstDate' in one
      ? [one.firstDate === one.lastDate ? one.firstDate : `${one.firstDate}/${one.lastDate}`]
      : [],
  );
const inYear = (year: number, days: string): readonly string[] =>
  days.split(' ').map((one) => `${year}-${one}`);

/** As published by those who set them; not as the library has them. */
const facts: readonly (readonly [who: string, entry: HolidayEntry, year: number, days: string])[] = [
  // Bayerisches Feiertagsgesetz, Art. 1; Mariä Himmelfahrt only in some communities.
  [
    'Bavaria',
    { country: 'DE', region: 'BY' },
    2026,
    '01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26',
  ],
  // Friedensfest is a holiday of that city alone.
  [
    'Augsburg',
    { country: 'DE', region: 'BY-A' },
    2026,
    '01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 08-08 08-15 10-03 11-01 12-25 12-26',
  ],
  // 5 U.S.C. 6103; Independence Day is a Saturday, and Friday is off in its place.
  [
    'the United States',
    { country: 'US' },
    2026,
    '01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25',
  ],
  // gov.uk/bank-holidays; Boxing Day is a Saturday, and Monday is off in its place.
  [
    'England',
    { country: 'GB', region: 'ENG' },
    2026,
    '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28',
  ],
  // Cabinet Office: the 22nd of September lies between two holidays, and the 6th of May makes up for a Sunday.
  [
    'Japan',
    { country: 'JP' },
    2026,
    '01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23',
  ],
];

describe('public holidays', () => {
  it.each(facts)('of %s are those that are published', (_who, entry, year, days) => {
    expect(datesOf(entry, year)).toEqual(inYear(year, days));
  });

  it('begin on the evening before where they do, besides being whole days', () => {
    // The first day of Passover in 2026 is the 2nd of April; it begins at 18:00 on the 1st.
    const closed = closedByHolidays({ country: 'IL' }, day('2026-04-01'), day('2026-04-02'));
    expect(closed).toEqual([
      {
        reason: 'פסח (IL)',
        from: Date.parse('2026-04-01T18:00+03:00'),
        to: Date.parse('2026-04-02T18:00+03:00'),
      },
      { reason: 'פסח (IL)', firstDate: '2026-04-02', lastDate: '2026-04-02', timezone: 'Asia/Jerusalem' },
    ]);
  });

  it('are days on the clocks of their country, not on those of the settings', async () => {
    const { closed } = await guardrails('timezone: America/New_York\nholidays: [{ country: JP }]');
    expect(closed).toContainEqual({
      reason: '元日 (JP)',
      firstDate: '2027-01-01',
      lastDate: '2027-01-01',
      timezone: 'Asia/Tokyo',
    });
  });

  it('are known from yesterday until three years ahead, and it is said until when', async () => {
    const { closed, closedKnownUntil } = await guardrails('holidays: [{ country: US }]');
    expect(closedKnownUntil).toBe('2029-11-21');
    const dates = closed.flatMap((one) => ('firstDate' in one ? [one.firstDate] : []));
    expect(dates[0]).toBe('2026-11-26');
    expect(dates.at(-1)).toBe('2029-11-12');
    expect(dates).toEqual(dates.toSorted());
    expect((await guardrails('')).closedKnownUntil).toBeNull();
  });

  it('of two regions that share them are each told once', async () => {
    const { closed } = await guardrails(
      'holidays: [{ country: DE, region: BY }, { country: DE, region: BY-A }]',
    );
    expect(new Set(closed.map((one) => JSON.stringify(one))).size).toBe(closed.length);
  });

  it('are also the day that makes up for one on a weekend', () => {
    // Veterans Day of 2029 is a Sunday; federal offices are closed on Monday.
    expect(datesOf({ country: 'US' }, 2029)).toContain('2029-11-12');
  });

  it('count by their sort: banks, schools and observances are asked for', () => {
    const bank = datesOf({ country: 'JP', types: ['bank'] }, 2026);
    expect(bank).toEqual(inYear(2026, '01-02 01-03 12-31'));
  });

  it('are the same whatever the machine’s time zone', () => {
    const root = new URL('../../..', import.meta.url).pathname;
    const code = `import { closedByHolidays } from './src/settings/holidays.ts';
      console.log(JSON.stringify(['IL', 'US', 'TR', 'NZ'].map((country) => closedByHolidays({ country }, 20600, 21300))));`;
    const told = ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati'].map((TZ) => {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
        cwd: root,
        env: { ...process.env, TZ },
        encoding: 'utf8',
      });
      if (stdout === '') throw new Error(stderr);
      return stdout;
    });
    expect(new Set(told).size).toBe(1);
    expect(told[0]).toContain('America/New_York');
  });
});
