import { simulateMany } from '../../src/simulation/campaign.ts';
import { plants } from '../../src/simulation/plants.ts';

// Errors are made by the million here, and nobody reads where they come from.
Error.stackTraceLimit = 0;

describe('the simulation finds a planted bug:', () => {
  it.each(plants.map((plant) => [plant.name, plant] as const))(
    '%s',
    async (_name, plant) => {
      const { failure } = await simulateMany({ runs: 5_000, seed: 1, plant });
      expect(failure?.violation?.text ?? `not found: ${plant.bug}`).not.toContain('not found');
    },
    120_000,
  );

  it('and each of them has a name of its own', () => {
    expect(new Set(plants.map(({ name }) => name)).size).toBe(plants.length);
  });
});
