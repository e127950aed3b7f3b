import { describe, expect, it } from '@jest/globals';
import { stickyDoubt, stickyTargets } from '../../../src/core/sticky.ts';
import { mostSkipped, seenInstead, whySkipped } from '../../../src/core/skipped.ts';
import type { SkipReason } from '../../../src/layer/telemetry/skip-reason.ts';

describe('groups that stick by a value', () => {
  it('are those of targets whose faults say so', () => {
    const experiment = {
      faults: [
        { kind: 'invocation.error', target: 'a', stickyBy: 'body.id' },
        { kind: 'invocation.error', target: 'b' },
        { kind: 'lambda.throttle', target: 'c', concurrency: 0 },
      ],
    } as const;
    expect([...stickyTargets({ faults: [...experiment.faults] })]).toEqual([['a', 'body.id']]);
    expect(stickyDoubt({ faults: [...experiment.faults] })).toContain('those of a by body.id');
    expect(stickyDoubt({ faults: [experiment.faults[1]] })).toBeNull();
  });
});

describe('why less was injected than asked for', () => {
  it('is told in words for every reason that the layer has', () => {
    const every: Record<SkipReason, true> = {
      stale: true,
      clock: true,
      'start-not-acknowledged': true,
      budget: true,
      breaker: true,
      'wrong-source': true,
      'would-lose-data': true,
      'shared-process': true,
      'not-streaming': true,
      'no-sticky-value': true,
      'not-applicable': true,
      'directive-unsigned': true,
      'directive-expired': true,
      'directive-foreign': true,
      'directive-repeated': true,
    };
    for (const reason of Object.keys(every)) expect(whySkipped(reason)).not.toBe(`of ${reason}`);
    expect(whySkipped('of-tomorrow')).toBe('of of-tomorrow');
  });

  it('names what kept most back', () => {
    expect(mostSkipped({})).toBeNull();
    expect(mostSkipped({ skipped: { stale: 2, 'would-lose-data': 40 } })).toBe(
      '40 times because its event could have been lost for good',
    );
  });

  it.each([
    [undefined, ''],
    [{ matched: 0, others: 0 }, ': none came'],
    [{ matched: 0, others: 9 }, ': 9 came, and no fault is for any of them'],
    [{ matched: 3, others: 6 }, ': of 9 that came, a fault is for 3, and none was drawn'],
  ])('of %j says: %j', (seen, words) => {
    expect(seenInstead(seen === undefined ? {} : { seen })).toBe(words);
  });
});
