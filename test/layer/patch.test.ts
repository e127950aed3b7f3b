import fc from 'fast-check';
import { patchMethod } from '../../src/layer/intercept/patch.ts';

describe('a patched method', () => {
  it('is as it was before, in whichever order the patches are taken back', () => {
    const orders = fc
      .integer({ min: 1, max: 6 })
      .chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count }));
    fc.assert(
      fc.property(orders, (order) => {
        const owner = { speak: (): string => 'original' };
        const before = Object.getOwnPropertyDescriptor(owner, 'speak');
        const undo = order.map((_, index) => patchMethod(owner, 'speak', () => `patch ${index}`));
        const left = new Set(order);
        for (const index of order) {
          undo[index]?.();
          left.delete(index);
          if (left.size > 0) expect(owner.speak()).not.toBe('original');
        }
        expect(Object.getOwnPropertyDescriptor(owner, 'speak')).toEqual(before);
      }),
    );
  });

  it('stays patched by somebody else who came later', () => {
    const owner = { speak: (): string => 'original' };
    const undo = patchMethod(owner, 'speak', () => 'ours');
    const theirs = (): string => 'theirs';
    owner.speak = theirs;
    undo();
    expect(owner.speak).toBe(theirs);
  });
});
