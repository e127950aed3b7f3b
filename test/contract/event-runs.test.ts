import fc from 'fast-check';
import { claimEventRun } from '../../src/adapters/event-runs.ts';
import type { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { engines, type RunningDatabase } from './engines.ts';

const now = 1_800_000_000_000;

for (const engine of engines)
  describe(`runs that events make: ${engine.name}`, () => {
    let database: RunningDatabase;
    let table: DynamoDbTable;
    let tables = 0;

    beforeAll(async () => {
      database = await engine.start();
    });
    afterAll(() => database.stop());
    beforeEach(async () => {
      table = await database.table(`claims-${++tables}`);
    });

    /** Which runs are stored, and whether each has ended. */
    const runs = new Map<string, boolean>();
    beforeEach(() => runs.clear());
    const claim = (run: string, at = now): Promise<string> =>
      claimEventRun(table, 'checkout', run, at, (id) => Promise.resolve(runs.get(id)));

    it('one event makes its run, however often it comes', async () => {
      expect(await claim('checkout.event.1')).toBe('checkout.event.1');
      runs.set('checkout.event.1', false);
      expect(await claim('checkout.event.1')).toBe('checkout.event.1');
      runs.set('checkout.event.1', true);
      expect(await claim('checkout.event.1')).toBe('checkout.event.1');
    });

    it('a second one joins a run that has not ended, and makes one of its own afterwards', async () => {
      await claim('checkout.event.1');
      runs.set('checkout.event.1', false);
      expect(await claim('checkout.event.2', now + 86_400_000)).toBe('checkout.event.1');
      runs.set('checkout.event.1', true);
      expect(await claim('checkout.event.2')).toBe('checkout.event.2');
    });

    it('a run that was claimed and never made is in the way for a minute only', async () => {
      await claim('checkout.event.1');
      expect(await claim('checkout.event.2', now + 60_000)).toBe('checkout.event.1');
      expect(await claim('checkout.event.2', now + 60_001)).toBe('checkout.event.2');
    });

    it('another experiment is not concerned', async () => {
      await claim('checkout.event.1');
      const never = (): Promise<boolean> => Promise.reject(new Error('nobody asks'));
      expect(await claimEventRun(table, 'pricing', 'pricing.event.1', now, never)).toBe('pricing.event.1');
    });

    it('of any number at the same time one wins, whatever came before', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 5 }), fc.boolean(), async (count, earlier) => {
          table = await database.table(`claims-${++tables}`);
          runs.clear();
          if (earlier) {
            await claim('checkout.event.earlier');
            runs.set('checkout.event.earlier', true);
          }
          const ids = Array.from({ length: count }, (_, index) => `checkout.event.${index}`);
          const winners = new Set(await Promise.all(ids.map((id) => claim(id))));
          expect(winners.size).toBe(1);
          expect(ids).toContain([...winners][0]);
        }),
        { numRuns: 12 },
      );
    }, 60_000);
  });
