import fc from 'fast-check';
import type { Closed } from '../../../src/core/guardrails.ts';
import { calendarOf, guardrails, read } from './support.ts';

const berlin = 'timezone: Europe/Berlin';

/** Closed times of a calendar, whole days as `2026-12-24/2026-12-26` and others as two instants in UTC. */
async function closedBy(text: string, lines = berlin): Promise<readonly string[]> {
  const { closed } = await guardrails(`${lines}\ncalendars: [freezes.ics]`, {
    calendars: { 'freezes.ics': text },
  });
  return closed.map(written);
}

function written(one: Closed): string {
  if ('firstDate' in one) return `${one.firstDate}/${one.lastDate}`;
  return [one.from, one.to].map((at) => new Date(at).toISOString().replace(':00.000Z', 'Z')).join('/');
}

const zoned = (name: string, time: string): string => `${name};TZID=Europe/Berlin:${time}`;

describe('an event of a calendar is closed', () => {
  it('on its whole days, of which the last is the one before DTEND, in the zone of the settings', async () => {
    const event = [
      'DTSTART;VALUE=DATE:20261224',
      'DTEND;VALUE=DATE:20261227',
      'SUMMARY:Christmas\\, and so on',
    ];
    const { closed } = await guardrails(`${berlin}\ncalendars: [a.ics]`, {
      calendars: { 'a.ics': calendarOf(event) },
    });
    expect(closed).toEqual([
      {
        reason: 'Christmas, and so on',
        firstDate: '2026-12-24',
        lastDate: '2026-12-26',
        timezone: 'Europe/Berlin',
      },
    ]);
  });

  it('on one day, where a day has no end', async () => {
    expect(await closedBy(calendarOf(['DTSTART;VALUE=DATE:20261224']))).toEqual(['2026-12-24/2026-12-24']);
  });

  it('at its hours in its time zone, in UTC, or in the zone of the settings where it names none', async () => {
    const events = [
      [zoned('DTSTART', '20261224T180000'), zoned('DTEND', '20261224T200000')],
      ['DTSTART:20261225T180000Z', 'DTEND:20261225T200000Z'],
      ['DTSTART:20261226T180000', 'DTEND:20261226T200000'],
      ['DTSTART;TZID=America/New_York:20261227T180000', 'DURATION:PT2H30M'],
      [
        'DTSTART;TZID="W. Europe Standard Time":20261228T180000',
        'DTEND;TZID="W. Europe Standard Time":20261228T200000',
      ],
      ['DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261229T180000', 'DURATION:P1D'],
    ];
    expect(await closedBy(calendarOf(...events))).toEqual([
      '2026-12-24T17:00Z/2026-12-24T19:00Z',
      '2026-12-25T18:00Z/2026-12-25T20:00Z',
      '2026-12-26T17:00Z/2026-12-26T19:00Z',
      '2026-12-27T23:00Z/2026-12-28T01:30Z',
      '2026-12-28T17:00Z/2026-12-28T19:00Z',
      '2026-12-29T17:00Z/2026-12-30T17:00Z',
    ]);
  });

  it('also where it ends on other clocks than it begins', async () => {
    const event = [zoned('DTSTART', '20261224T180000'), 'DTEND;TZID=Asia/Tokyo:20261225T040000'];
    expect(await closedBy(calendarOf(event))).toEqual(['2026-12-24T17:00Z/2026-12-24T19:00Z']);
  });

  it('until the end of the minute in which it ends', async () => {
    const event = [zoned('DTSTART', '20261224T000000'), zoned('DTEND', '20261224T235959')];
    expect(await closedBy(calendarOf(event))).toEqual(['2026-12-23T23:00Z/2026-12-24T23:00Z']);
  });

  it('also where it is marked as free, which exported days are; not where it is cancelled', async () => {
    const free = ['DTSTART;VALUE=DATE:20261224', 'TRANSP:TRANSPARENT'];
    const cancelled = ['DTSTART;VALUE=DATE:20261225', 'STATUS:CANCELLED'];
    expect(await closedBy(calendarOf(free, cancelled))).toEqual(['2026-12-24/2026-12-24']);
  });

  it('not where it is over, and where it is not over yet, from its beginning', async () => {
    const over = ['DTSTART;VALUE=DATE:20261101', 'DTEND;VALUE=DATE:20261103'];
    const under = ['DTSTART;VALUE=DATE:20261101', 'DTEND;VALUE=DATE:20261125'];
    expect(await closedBy(calendarOf(over, under))).toEqual(['2026-11-01/2026-11-24']);
  });

  it('whatever its alarms, its folded lines and its neighbours say', async () => {
    const event = [
      'SUMMARY:A long ',
      ' name',
      'DTSTART;VALUE=DATE:20261224',
      'BEGIN:VALARM',
      'TRIGGER:-PT15M',
      'DURATION:PT15M',
      'END:VALARM',
    ];
    const text = calendarOf(event).replace(
      'BEGIN:VEVENT',
      'BEGIN:VTODO\r\nDTSTART:20260101T000000Z\r\nEND:VTODO\r\nBEGIN:VEVENT',
    );
    const { closed } = await guardrails('calendars: [a.ics]', { calendars: { 'a.ics': text } });
    expect(closed.map(({ reason }) => reason)).toEqual(['A long name']);
  });
});

describe('an event that recurs is closed each time', () => {
  const weekly = [zoned('DTSTART', '20261012T200000'), zoned('DTEND', '20261012T220000')];

  it('at the same hour of the day before and after clocks change', async () => {
    const found = await closedBy(calendarOf([...weekly, 'RRULE:FREQ=WEEKLY;UNTIL=20270405T180000Z']));
    // From the 23rd of November: 20 Mondays, of which the last two are in summer time.
    expect(found).toHaveLength(20);
    expect(found[0]).toBe('2026-11-23T19:00Z/2026-11-23T21:00Z');
    expect(found.at(-2)).toBe('2027-03-29T18:00Z/2027-03-29T20:00Z');
    expect(found.at(-1)).toBe('2027-04-05T18:00Z/2027-04-05T20:00Z');
  });

  it('but for its exceptions, in its own zone, in UTC, or as days', async () => {
    const event = [
      ...weekly,
      'RRULE:FREQ=WEEKLY;COUNT=11',
      `${zoned('EXDATE', '20261123T200000')},20261130T200000`,
      'EXDATE:20261207T190000Z',
      'EXDATE;VALUE=DATE:20261214',
    ];
    // COUNT counts what is excepted: the 11th Monday is the 21st of December.
    expect(await closedBy(calendarOf(event))).toEqual(['2026-12-21T19:00Z/2026-12-21T21:00Z']);
  });

  it('at another time where one of them was moved, and not where one was cancelled', async () => {
    const uid = 'UID:peak';
    const base = [uid, ...weekly, 'RRULE:FREQ=WEEKLY;COUNT=9'];
    const moved = [
      uid,
      zoned('RECURRENCE-ID', '20261123T200000'),
      zoned('DTSTART', '20261124T080000'),
      'DURATION:PT1H',
    ];
    const cancelled = [
      uid,
      zoned('RECURRENCE-ID', '20261130T200000'),
      zoned('DTSTART', '20261130T200000'),
      'DURATION:PT1H',
      'STATUS:CANCELLED',
    ];
    const expected = ['2026-11-24T07:00Z/2026-11-24T08:00Z', '2026-12-07T19:00Z/2026-12-07T21:00Z'];
    expect(await closedBy(calendarOf(base, moved, cancelled))).toEqual(expected);
    // In whichever order they stand.
    expect(await closedBy(calendarOf(cancelled, moved, base))).toEqual(expected);
  });

  it('on whole days, each year, until three years ahead', async () => {
    const event = [
      'DTSTART;VALUE=DATE:20201224',
      'DTEND;VALUE=DATE:20201227',
      'RRULE:FREQ=YEARLY',
      'EXDATE;VALUE=DATE:20271224',
    ];
    expect(await closedBy(calendarOf(event))).toEqual(['2026-12-24/2026-12-26', '2028-12-24/2028-12-26']);
  });

  it('on the last Friday of November, as shops have it', async () => {
    const event = ['DTSTART;VALUE=DATE:20201127', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR;UNTIL=20281231'];
    expect(await closedBy(calendarOf(event))).toEqual([
      '2026-11-27/2026-11-27',
      '2027-11-26/2027-11-26',
      '2028-11-24/2028-11-24',
    ]);
  });

  it('until the day of UNTIL, that day included', async () => {
    const days = ['DTSTART;VALUE=DATE:20261201', 'RRULE:FREQ=DAILY;UNTIL=20261203'];
    expect(await closedBy(calendarOf(days))).toHaveLength(3);
    const hours = [
      zoned('DTSTART', '20261201T230000'),
      'DURATION:PT30M',
      'RRULE:FREQ=DAILY;UNTIL=20261203T220000Z',
    ];
    expect(await closedBy(calendarOf(hours))).toHaveLength(3);
  });

  it('through the whole of an hour that clocks show twice', async () => {
    const event = [
      zoned('DTSTART', '20261025T013000'),
      zoned('DTEND', '20261025T023000'),
      'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    ];
    // On the 31st of October 2027, 02:30 comes at 00:30 and at 01:30 UTC.
    expect(await closedBy(calendarOf(event))).toContain('2027-10-30T23:30Z/2027-10-31T01:30Z');
  });
});

it('a freeze at instants, on days, or on the clocks of the settings, is closed from its beginning to its end', async () => {
  const { closed } = await guardrails(
    `${berlin}\nfreezes:\n  - { name: a, from: 2026-12-01, to: 2026-12-02 }\n  - { name: b, from: 2026-12-03T18:00, to: 2026-12-04 }\n  - { name: c, from: 2026-12-05T18:00Z, to: 2026-12-05T20:00+01:00 }\n  - { name: d, from: 2026-11-01, to: 2026-11-10 }`,
  );
  expect(closed.map(written)).toEqual([
    '2026-12-01/2026-12-02',
    '2026-12-03T17:00Z/2026-12-04T23:00Z',
    '2026-12-05T18:00Z/2026-12-05T19:00Z',
  ]);
});

it('whatever a calendar holds, it is read or refused with its line, never thrown out', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      'BEGIN:VEVENT',
      'END:VEVENT',
      'BEGIN:VCALENDAR',
      'END:VCALENDAR',
      'DTSTART:20261224T100000Z',
      'DTEND:20261224T110000Z',
      'RRULE:FREQ=DAILY;COUNT=3',
      'UID:a',
      'DTSTART;VALUE=DATE:20261224',
    ),
    fc.string({ maxLength: 30 }),
    fc.string({ maxLength: 12 }).map((text) => `RRULE:FREQ=DAILY;${text}`),
    fc.string({ maxLength: 12 }).map((text) => `DTSTART;TZID=${text}:20261224T100000`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      const text = ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR'].join('\n');
      const found = await read('calendars: [a.ics]', { calendars: { 'a.ics': text } });
      if (!found.ok) for (const { message } of found.problems) expect(message).toMatch(/^a\.ics, line \d+: /);
    }),
    { numRuns: 200 },
  );
});
