import {
  detectableOneArm,
  detectableTwoArms,
  requiredOneArm,
  requiredTwoArms,
} from '../../../src/stats/planning.ts';

const budget = { alpha: 0.05, weight: 1 };
const contrast = { pi: 0.5, ratio: 1, margin: 0.01, centre: 0 };
const harmless = (share: number) => ({ experimental: share, control: share });

describe('a plan', () => {
  it.each([
    [0.01, 0.001, 1_500],
    [0.01, 0.01, 6_900],
    [0.01, 0.05, 36_000],
    [0.005, 0.001, 4_200],
    [0.005, 0.01, 27_000],
    [0.005, 0.05, 150_000],
  ])('to show a margin of %d where %d fails anyway asks for about %d invocations', (margin, share, about) => {
    const needed = requiredTwoArms('down', harmless(share), { ...contrast, margin }, budget) ?? NaN;
    expect(Math.abs(needed / about - 1)).toBeLessThan(0.03);
  });

  it.each([
    [0.001, 15_000],
    [0.01, 20_000],
    [0.05, 7_000],
  ])('to show 1.5 times plus 0.2 points at %d asks for about %d invocations', (share, about) => {
    const usual = { ...contrast, ratio: 1.5, margin: 0.002 };
    const needed = requiredTwoArms('down', harmless(share), usual, budget) ?? NaN;
    expect(Math.abs(needed / about - 1)).toBeLessThan(0.03);
  });

  it.each([
    [0, 364],
    [0.001, 826],
    [0.005, 4_857],
  ])('to show "at most 1 %%" at %d asks for about %d invocations of one group', (share, about) => {
    expect(Math.abs((requiredOneArm('down', share, 0.01, budget) ?? NaN) / about - 1)).toBeLessThan(0.03);
  });

  it('says never where the truth is at the tolerance or beyond it', () => {
    expect(requiredOneArm('down', 0.01, 0.01, budget)).toBeNull();
    expect(requiredOneArm('up', 0.005, 0.01, budget)).toBeNull();
    expect(requiredTwoArms('down', { experimental: 0.02, control: 0.01 }, contrast, budget)).toBeNull();
  });

  it('asks for more where the error is shared or smaller, and less where the effect is larger', () => {
    const needed = (experimental: number, spend: typeof budget) =>
      requiredTwoArms('up', { experimental, control: 0.01 }, contrast, spend) ?? NaN;
    expect(needed(0.05, { alpha: 0.05, weight: 0.25 })).toBeGreaterThan(needed(0.05, budget));
    expect(needed(0.05, { alpha: 0.01, weight: 1 })).toBeGreaterThan(needed(0.05, budget));
    expect(needed(0.1, budget)).toBeLessThan(needed(0.05, budget));
  });

  it('finds the effect for which it asks for that many', () => {
    const excess = detectableTwoArms(5000, 0.01, contrast, budget) ?? NaN;
    const again = requiredTwoArms('up', { experimental: 0.01 + excess, control: 0.01 }, contrast, budget);
    expect(again).toBeCloseTo(5000, 3);
    const share = detectableOneArm(5000, 0.01, budget) ?? NaN;
    expect(requiredOneArm('up', share, 0.01, budget)).toBeCloseTo(5000, 3);
  });

  it('finds no effect in too few', () => {
    expect(detectableTwoArms(1, 0.01, contrast, budget)).toBeNull();
    expect(detectableOneArm(0.5, 0.9, budget)).toBeNull();
  });
});
