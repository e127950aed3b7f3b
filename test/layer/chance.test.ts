import { hash32 } from '../../src/layer/hash.ts';
import { drawDelayMs, drawsFor } from '../../src/layer/draw.ts';
import { groupOf } from '../../src/layer/group.ts';

describe('the hash', () => {
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['test', 0, 0xba6bd213],
    ['Hello, world!', 0, 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ])('of %j with seed %i is that of MurmurHash3 (x86, 32 bits)', (text, seed, expected) => {
    expect(hash32(text, seed)).toBe(expected);
  });
});

describe('groups', () => {
  it('are those of the documented examples', () => {
    const groups = [1, 2, 3, 4, 5, 6].map((n) => groupOf('salt-0001', `request-${n}`, 0.4));
    expect(groups).toEqual(['control', 'experimental', 'control', 'experimental', 'bystander', 'control']);
  });

  it.each([0.5, 0.1, 0.001])(
    'each hold the exposure %f of the invocations, within five standard errors',
    (exposure) => {
      const total = 50_000;
      const counts = { experimental: 0, control: 0, bystander: 0 };
      for (let n = 0; n < total; n += 1) counts[groupOf('salt-0002', `id-${n}`, exposure)] += 1;
      const tolerance = 5 * Math.sqrt(total * exposure * (1 - exposure));
      expect(Math.abs(counts.experimental - total * exposure)).toBeLessThan(tolerance);
      expect(Math.abs(counts.control - total * exposure)).toBeLessThan(tolerance);
    },
  );

  it('F10: one in a million is possible', () => {
    // Found by searching: u = 9.05e-7.
    expect(groupOf('salt-0003', 'id-162870', 0.000001)).toBe('experimental');
    expect(groupOf('salt-0003', 'id-162870', 0.0000009)).toBe('bystander');
  });
});

describe('delays', () => {
  const drawn = (delay: Parameters<typeof drawDelayMs>[0]): number[] =>
    Array.from({ length: 20_000 }, (_, index) => drawDelayMs(delay, drawsFor('s', 'r', 'f1', index))).sort(
      (a, b) => a - b,
    );
  const quantile = (sorted: number[], share: number): number =>
    sorted[Math.floor(share * sorted.length)] ?? 0;

  it('are drawn again the same way', () => {
    const delay = { p50: 100, p99: 900 };
    expect(drawDelayMs(delay, drawsFor('s', 'r', 'f1', 3))).toBe(
      drawDelayMs(delay, drawsFor('s', 'r', 'f1', 3)),
    );
    expect(drawDelayMs(delay, drawsFor('s', 'r', 'f1', 3))).not.toBe(
      drawDelayMs(delay, drawsFor('s', 'r', 'f2', 3)),
    );
  });

  it('fill their range evenly', () => {
    const sorted = drawn({ min: 100, max: 300 });
    expect(sorted[0]).toBeGreaterThanOrEqual(100);
    expect(sorted.at(-1)).toBeLessThan(300);
    expect(quantile(sorted, 0.5)).toBeCloseTo(200, -1);
  });

  it('are log-normal with the given median and 99th percentile', () => {
    const sorted = drawn({ p50: 200, p99: 2000 });
    expect(quantile(sorted, 0.5) / 200).toBeCloseTo(1, 1);
    expect(quantile(sorted, 0.99) / 2000).toBeGreaterThan(0.85);
    expect(quantile(sorted, 0.99) / 2000).toBeLessThan(1.15);
  });
});
