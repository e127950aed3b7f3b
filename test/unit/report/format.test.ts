import {
  count,
  duration,
  exactShare,
  instant,
  listed,
  millis,
  points,
  share,
  times,
} from '../../../src/report/format.ts';

describe('figures for people', () => {
  it.each([
    [0, '0 %'],
    [0.00004, 'below 0.01 %'],
    [0.002, '0.2 %'],
    [0.011, '1.1 %'],
    [0.02, '2 %'],
    [0.344, '34 %'],
    [0.9951, '99.5 %'],
    [0.99996, 'above 99.9 %'],
    [1, '100 %'],
  ])('writes the share %d as %s, and never claims 0 or 100 that is not there', (fraction, text) => {
    expect(share(fraction)).toBe(text);
  });

  it('writes a tolerance as its author did, without the digits of binary fractions', () => {
    expect([0.07, 0.0015, 0.3].map(exactShare)).toEqual(['7 %', '0.15 %', '30 %']);
  });

  it('signs differences of shares, with a minus that is one', () => {
    expect([0.0123, -0.011, 0, -0.0001, 0.34].map(points)).toEqual([
      '+1.2 points',
      '−1.1 points',
      '0 points',
      '0 points',
      '+34 points',
    ]);
  });

  it.each([
    [4.23, '4.2 ms'],
    [412.4, '412 ms'],
    [2900, '2.9 s'],
    [12_340, '12.3 s'],
  ])('writes the latency %d as %s', (ms, text) => {
    expect(millis(ms)).toBe(text);
  });

  it.each([
    [850, '850 ms'],
    [5964, '6 s'],
    [60_000, '60 s'],
    [150_000, '2 min 30 s'],
    [600_000, '10 min'],
    [3_900_000, '1 h 5 min'],
  ])('writes the length of time %d as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [Math.log(20), '20×'],
    [Math.log(19.9999), '19×'],
    [Math.log(9.99), '9.9×'],
    [Math.log(153.7), '153×'],
    [Math.log(0.417), '0.41×'],
    [Math.log(1234), '1,234×'],
    [2000, 'over a million×'],
    [-2000, 'below 0.01×'],
  ])('rounds evidence down, so that what falls short never looks like enough: %d is %s', (logE, text) => {
    expect(times(logE)).toBe(text);
  });

  it('groups digits, joins lists and writes instants in UTC', () => {
    expect([0, 999, 1000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
    expect(instant(Date.UTC(2026, 11, 4, 10, 0, 7, 900))).toBe('2026-12-04 10:00:07 UTC');
  });
});
