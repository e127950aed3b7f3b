import { nextOfRate, slotsAfter, slotsBetween, type Schedule } from '../../../../src/core/calendar/slots.ts';
import { at, iso } from './support.ts';

function some(schedule: Schedule, after: string, count: number, since?: string): readonly (string | null)[] {
  const found: (string | null)[] = [];
  for (const slot of slotsAfter(
    schedule,
    at(after),
    since === undefined ? undefined : { since: at(since) },
  )) {
    if (found.length >= count) break;
    found.push(iso(slot));
  }
  return found;
}

describe('slots of a cron expression when clocks change, as EventBridge Scheduler documents it', () => {
  it.each([
    [
      'a time that is skipped is no slot, Europe/Berlin',
      { cron: '30 2 * * ? *', timezone: 'Europe/Berlin' },
      '2026-03-27T12:00Z',
      ['2026-03-28T01:30Z', '2026-03-30T00:30Z'],
    ],
    [
      'a time that comes twice is one slot, Europe/Berlin',
      { cron: '30 2 * * ? *', timezone: 'Europe/Berlin' },
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'the second of two equal times is no slot',
      { cron: '30 2 * * ? *', timezone: 'Europe/Berlin' },
      '2026-10-25T00:30Z',
      ['2026-10-26T01:30Z'],
    ],
    [
      'a time that is skipped, America/New_York',
      { cron: '0 2 ? * SUN *', timezone: 'America/New_York' },
      '2026-03-01T12:00Z',
      ['2026-03-15T06:00Z'],
    ],
    [
      'every hour, when one comes twice, America/New_York',
      { cron: '0 * * * ? *', timezone: 'America/New_York' },
      '2026-11-01T03:30Z',
      ['2026-11-01T04:00Z', '2026-11-01T05:00Z', '2026-11-01T07:00Z', '2026-11-01T08:00Z'],
    ],
    [
      'half an hour that is skipped, Australia/Lord_Howe',
      { cron: '0,15,30 2 * 10 ? *', timezone: 'Australia/Lord_Howe' },
      '2026-10-03T14:00Z',
      ['2026-10-03T15:30Z', '2026-10-04T15:00Z'],
    ],
    [
      'half an hour that comes twice, Australia/Lord_Howe',
      { cron: '30,45 1 * 4 ? *', timezone: 'Australia/Lord_Howe' },
      '2026-04-04T14:00Z',
      ['2026-04-04T14:30Z', '2026-04-04T14:45Z', '2026-04-05T15:00Z'],
    ],
    [
      'a midnight that is skipped, Africa/Cairo',
      { cron: '0 0 * * ? *', timezone: 'Africa/Cairo' },
      '2026-04-22T12:00Z',
      ['2026-04-22T22:00Z', '2026-04-24T21:00Z'],
    ],
    [
      'working hours keep their hour over the change',
      { cron: '0 10 ? * MON-FRI *', timezone: 'Europe/Berlin' },
      '2026-03-27T00:00Z',
      ['2026-03-27T09:00Z', '2026-03-30T08:00Z'],
    ],
    [
      'the leap day',
      { cron: '0 10 29 2 ? *', timezone: 'UTC' },
      '2026-11-21T00:00Z',
      ['2028-02-29T10:00Z', '2032-02-29T10:00Z'],
    ],
    [
      'the end of months',
      { cron: '0 10 L * ? *', timezone: 'UTC' },
      '2027-12-31T10:00Z',
      ['2028-01-31T10:00Z', '2028-02-29T10:00Z', '2028-03-31T10:00Z', '2028-04-30T10:00Z'],
    ],
    [
      'the end of the year, in a zone that is ahead',
      { cron: '30 0 1 1 ? *', timezone: 'Pacific/Auckland' },
      '2026-11-21T00:00Z',
      ['2026-12-31T11:30Z', '2027-12-31T11:30Z'],
    ],
    [
      'years that are over have no slots',
      { cron: '0 10 ? * MON 2020-2025', timezone: 'UTC' },
      '2026-11-21T00:00Z',
      [],
    ],
    [
      'the last years end it',
      { cron: '0 10 31 12 ? *', timezone: 'UTC' },
      '2198-01-01T00:00Z',
      ['2198-12-31T10:00Z', '2199-12-31T10:00Z'],
    ],
  ] as const)('%s', (_name, schedule, after, expected) => {
    const count = expected.length + (expected.length === 0 || schedule.cron.includes('31 12') ? 1 : 0);
    expect(some(schedule, after, count)).toEqual(expected);
  });
});

describe('slots of a rate', () => {
  const rate = { rate: '6 hours', timezone: 'Europe/Berlin' };

  it('L16: registering is no slot: the first comes one interval later', () => {
    expect(some(rate, '2026-11-21T15:00Z', 2, '2026-11-21T15:00Z')).toEqual([
      '2026-11-21T21:00Z',
      '2026-11-22T03:00Z',
    ]);
  });

  it('L15: the second, the third and the hundredth slot come at the same distance', () => {
    const slots = some(rate, '2026-11-21T15:00Z', 100, '2026-11-21T15:00Z');
    expect([slots[1], slots[2], slots[99]]).toEqual([
      '2026-11-22T03:00Z',
      '2026-11-22T09:00Z',
      '2026-12-16T15:00Z',
    ]);
  });

  it('days have 24 hours also where clocks change', () => {
    expect(
      some({ rate: '1 day', timezone: 'Europe/Berlin' }, '2026-03-28T12:00Z', 2, '2026-03-28T09:00Z'),
    ).toEqual(['2026-03-29T09:00Z', '2026-03-30T09:00Z']);
  });

  it('the start that Scheduler is given is always to come, and one of the same slots', () => {
    expect(iso(nextOfRate('6 hours', at('2026-11-21T15:00Z'), at('2026-11-21T15:00Z')))).toBe(
      '2026-11-21T21:00Z',
    );
    expect(iso(nextOfRate('6 hours', at('2026-11-21T15:00Z'), at('2026-11-23T09:00Z')))).toBe(
      '2026-11-23T15:00Z',
    );
    expect(iso(nextOfRate('6 hours', at('2026-11-21T15:00Z'), at('2026-11-23T09:01Z')))).toBe(
      '2026-11-23T15:00Z',
    );
  });

  it('a rate beyond all time has no slots, and does not go on for ever', () => {
    expect(some({ rate: '99999999999999999999999 days', timezone: 'UTC' }, '2026-11-21T15:00Z', 1)).toEqual(
      [],
    );
  });
});

describe('L14: missed slots are counted, and never without a bound', () => {
  const minutely = { cron: '* * * * ? *', timezone: 'UTC' };

  it.each([
    ['none between neighbours', '2026-11-21T15:00Z', '2026-11-21T15:01Z', 100, 0],
    ['without both ends', '2026-11-21T15:00Z', '2026-11-21T15:05Z', 100, 4],
    ['more than a hundred', '2026-11-21T15:00Z', '2026-11-21T20:00Z', 1000, 299],
    ['years of them stop at the bound', '2020-11-21T15:00Z', '2026-11-21T15:00Z', 1000, 1000],
    ['backwards there are none', '2026-11-21T15:00Z', '2026-11-20T15:00Z', 100, 0],
    ['a bound of nothing', '2026-11-21T15:00Z', '2026-11-21T20:00Z', 0, 0],
  ])('%s', (_name, from, to, atMost, expected) => {
    expect(slotsBetween(minutely, at(from), at(to), atMost)).toBe(expected);
  });

  it('a schedule that never comes has none', () => {
    expect(slotsBetween({ cron: '0 0 30 2 ? *', timezone: 'UTC' }, 0, at('2026-11-21T15:00Z'), 10)).toBe(0);
  });
});
