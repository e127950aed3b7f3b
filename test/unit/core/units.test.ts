import fc from 'fast-check';
import {
  formatDuration,
  formatIncrease,
  formatPoints,
  formatShare,
  parseDuration,
  parseIncrease,
  parsePoints,
  parseShare,
  parseSize,
  resolveUnits,
} from '../../../src/core/units.ts';
import { experimentSchema, faultSchemas, workloadSchema } from '../../../src/generated/catalogue.ts';

describe('durations', () => {
  it.each([
    ['800ms', 800],
    ['5s', 5000],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['1h 30m', 5_400_000],
    ['1m30s', 90_000],
    ['0.1ms', 0.1],
    ['366d', 31_622_400_000],
  ])('%s is %d ms', (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  it.each(['600', '', 's', '5 seconds', '-5s', '+5s', '5 s', '1e3s', '5S', '10:00', ' 5s', '5s '])(
    '%p is no duration',
    (text) => {
      expect(parseDuration(text)).toMatchObject({ ok: false, code: 'not-a-quantity' });
    },
  );

  it.each(['0s', '0ms', '0.0001ms', '367d', '99999999h'])('%s is out of bounds', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, code: 'out-of-bounds' });
  });

  it.each([
    [90_000, '1m 30s'],
    [800, '800ms'],
    [1500, '1.5s'],
    [0, '0ms'],
    [60_000, '1m'],
    [86_400_000, '1d'],
    [90_061_000, '1d 1h 1m 1s'],
    [0.25, '0.25ms'],
    [999.9999, '1s'],
    [-1500, '-1.5s'],
  ])('%d ms are shown as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('what is printed is read back to the microsecond', () => {
    const microseconds = fc.integer({ min: 1, max: 366 * 86_400_000 * 1000 });
    fc.assert(
      fc.property(microseconds, (us) => {
        const parsed = parseDuration(formatDuration(us / 1000));
        expect(parsed.ok && Math.round(parsed.value * 1000)).toBe(us);
      }),
    );
  });
});

describe('shares', () => {
  it.each([
    ['5%', 0.05],
    ['0.0001%', 0.000001],
    ['100%', 1],
    ['7%', 0.07],
    ['0.3 %', 0.003],
  ])('%s is %d', (text, value) => {
    expect(parseShare(text)).toEqual({ ok: true, value });
  });

  it.each(['0%', '0.00001%', '100.1%', '5000%'])('%s is out of bounds', (text) => {
    expect(parseShare(text)).toMatchObject({ ok: false, code: 'out-of-bounds' });
  });

  it.each(['5', '0.05', '%5', '+5%', '-5%', '5 points', '5  %'])('%s is no share', (text) => {
    expect(parseShare(text)).toMatchObject({ ok: false, code: 'not-a-quantity' });
  });

  it.each([
    [0.005, '0.5 %'],
    [1, '100 %'],
    [0.07, '7 %'],
    [0.000001, '0.0001 %'],
    [0.123456789, '12.3457 %'],
    [0, '0 %'],
    [1e-9, '0.0000001 %'],
  ])('%d is shown as %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  // Percentages with at most six significant digits: what a person writes.
  const digits = fc.integer({ min: 1, max: 999_999 });
  it('what is printed is read back', () => {
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 4 }), (number, decimals) => {
        const share = Number(`${number}e-${decimals + 2}`);
        fc.pre(share <= 1);
        expect(parseShare(formatShare(share))).toEqual({ ok: true, value: share });
        expect(parsePoints(formatPoints(share))).toEqual({ ok: true, value: share });
        expect(parseIncrease(formatIncrease(share))).toEqual({ ok: true, value: share });
      }),
    );
  });
});

describe('sizes', () => {
  it.each([
    ['512B', 512],
    ['1KB', 1024],
    ['100MB', 104_857_600],
    ['1.5 GB', 1_610_612_736],
    ['1024GB', 1_099_511_627_776],
  ])('%s is %d bytes', (text, value) => {
    expect(parseSize(text)).toEqual({ ok: true, value });
  });

  it.each(['100', '', 'MB', '100mb', '100MiB', '-1MB', '1e3MB', '100M'])('%p is no size', (text) => {
    expect(parseSize(text)).toMatchObject({ ok: false, code: 'not-a-quantity' });
  });

  it.each(['0B', '0.1B', '1025GB'])('%s is out of bounds', (text) => {
    expect(parseSize(text)).toMatchObject({ ok: false, code: 'out-of-bounds' });
  });
});

it('points and increases are fractions, and nothing else is taken for them', () => {
  expect(parsePoints('+0.5 points')).toEqual({ ok: true, value: 0.005 });
  expect(parsePoints('1 point')).toEqual({ ok: true, value: 0.01 });
  expect(parsePoints('0.5%')).toMatchObject({ ok: false, code: 'not-a-quantity' });
  expect(parseIncrease('+10%')).toEqual({ ok: true, value: 0.1 });
  expect(parseIncrease('+150%')).toEqual({ ok: true, value: 1.5 });
  expect(parseIncrease('10%')).toMatchObject({ ok: false, code: 'not-a-quantity' });
});

describe('resolving the units of a file', () => {
  it('finds every quantity, within lists, mappings and alternatives, and leaves everything else alone', () => {
    const file = {
      name: '5%',
      exposure: '10%',
      steadyState: [
        { signal: 'latency', name: '800ms', p95: { atMost: '800ms' } },
        { signal: 'failures', atMost: '1%', noWorseThan: '+0.5 points' },
      ],
      faults: [
        { kind: 'invocation.latency', delay: '1s', rate: '50%' },
        { kind: 'invocation.latency', delay: { min: '1s', max: '2s' } },
        { kind: 'dependency.latency', host: '5s', delay: { p50: '1s', p99: '2s' } },
      ],
      triggers: [{ pattern: { detail: { delay: ['5m'] } }, delay: '5m' }],
    };
    expect(resolveUnits(experimentSchema, file)).toEqual({
      problems: [],
      value: {
        name: '5%',
        exposure: 0.1,
        steadyState: [
          { signal: 'latency', name: '800ms', p95: { atMost: 800 } },
          { signal: 'failures', atMost: 0.01, noWorseThan: 0.005 },
        ],
        faults: [
          { kind: 'invocation.latency', delay: 1000, rate: 0.5 },
          { kind: 'invocation.latency', delay: { min: 1000, max: 2000 } },
          { kind: 'dependency.latency', host: '5s', delay: { p50: 1000, p99: 2000 } },
        ],
        triggers: [{ pattern: { detail: { delay: ['5m'] } }, delay: 300_000 }],
      },
    });
  });

  it('tells what is out of bounds and where, and leaves it as it is', () => {
    const { value, problems } = resolveUnits(workloadSchema, {
      streams: [{ rampUp: '2s' }, { rampUp: '400d' }],
    });
    expect(value).toEqual({ streams: [{ rampUp: 2000 }, { rampUp: '400d' }] });
    expect(problems).toEqual([
      {
        path: ['streams', 1, 'rampUp'],
        code: 'out-of-bounds',
        message: '400d is too large',
        found: '400d',
        expected: 'from 0.001ms to 366d',
      },
    ]);
  });

  it.each([
    ['999ms', '999ms is too small'],
    ['16m', '16m is too large'],
    ['1500ms', '1500ms is no multiple of 1s'],
  ])('tells what is outside of the bounds and steps of its place: %s', (timeout, message) => {
    const { problems } = resolveUnits(faultSchemas['lambda.timeout'], { kind: 'lambda.timeout', timeout });
    expect(problems).toEqual([
      {
        path: ['timeout'],
        code: 'out-of-bounds',
        message,
        found: timeout,
        expected: 'from 1s, at most 15m, a multiple of 1s',
      },
    ]);
  });

  it.each(['1s', '90s', '15m'])('takes what is within them: %s', (timeout) => {
    const written = { kind: 'lambda.timeout', timeout };
    expect(resolveUnits(faultSchemas['lambda.timeout'], written).problems).toEqual([]);
  });
});
