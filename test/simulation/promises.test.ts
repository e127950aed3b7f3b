import { randomInt } from 'node:crypto';
import { shrink, simulateMany } from '../../src/simulation/campaign.ts';
import { plants } from '../../src/simulation/plants.ts';
import { simulate } from '../../src/simulation/simulate.ts';

// Errors are made by the million here, and nobody reads where they come from.
Error.stackTraceLimit = 0;

/** Each time the same: a failure here is a change in the code, not bad luck. */
const seed = 1;
const runs = 2_500;

describe('the promises', () => {
  it('hold in every simulated history, whatever fails in it, and whichever way out is left', async () => {
    const campaign = await simulateMany({ runs, seed });
    expect(campaign.failure).toBeNull();
    // Histories in which nothing happens would keep any promise.
    const { seen } = campaign;
    const often = [
      'phase: observing',
      'applied',
      'restored',
      'dead-man',
      'abort: person',
      'abort: apply-unknown',
    ];
    for (const what of often) expect([what, (seen.get(what) ?? 0) > 200]).toEqual([what, true]);
    const sometimes = [
      'apply started in the window after its last look',
      'lock taken over',
      'abort: kill-switch',
      'abort: alarm',
      'abort: deviation',
      'outcome: refused target-locked',
      'outcome: refused too-many-runs',
      'published again',
      'page',
      'change by others',
    ];
    for (const what of sometimes) expect([what, (seen.get(what) ?? 0) > 0]).toEqual([what, true]);
  }, 120_000);

  it('hold from a seed that is new each time, too', async () => {
    const fresh = randomInt(1, 2 ** 31);
    // To be replayed by whoever sees it fail.
    process.stdout.write(`simulation: inoculate simulate --runs 1000 --seed ${fresh}\n`);
    expect((await simulateMany({ runs: 1_000, seed: fresh })).failure).toBeNull();
  }, 120_000);
});

describe('a failure', () => {
  const plant = plants.find(({ name }) => name === 'no-second-revert') ?? null;

  it('is replayed by its seed, step by step, and passes again without the bug', async () => {
    const { failure } = await simulateMany({ runs: 1_000, seed, plant });
    if (failure === null) throw new Error('The planted bug was not found');
    const histories = await Promise.all(
      [1, 2].map(async () => {
        const lines: string[] = [];
        await simulate({ seed: failure.seed, plant, trace: (line) => lines.push(line) });
        return lines;
      }),
    );
    expect(histories[0]?.length).toBeGreaterThan(50);
    expect(histories[1]).toEqual(histories[0]);
    expect((await simulate({ seed: failure.seed })).violation).toBeNull();
  });

  it('is told with no more mishaps than it needs', async () => {
    const { failure } = await simulateMany({ runs: 1_000, seed, plant });
    if (failure === null) throw new Error('The planted bug was not found');
    const { mask, result, history } = await shrink(failure, plant);
    expect(result.violation?.promise).toBe(failure.violation?.promise);
    expect(history.filter((line) => line.includes('mishap')).length).toBe(mask.limit - mask.skipped.size);
    for (let number = 0; number < mask.limit; number += 1) {
      if (mask.skipped.has(number)) continue;
      const without = { ...mask, skipped: new Set([...mask.skipped, number]) };
      expect((await simulate({ seed: failure.seed, plant, mask: without })).violation).toBeNull();
    }
  });
});
