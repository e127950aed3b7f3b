import { DynamoDbRegistry } from '../../src/adapters/dynamodb-registry.ts';
import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import type { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { refusalsOfLadder } from '../../src/controller/held-before.ts';
import type { Outcome, Run } from '../../src/core/run.ts';
import { engines, type RunningDatabase } from './engines.ts';
import { at, runOf } from './samples.ts';

const dayMs = 86_400_000;
const heldOn = { stage: 'staging', withinDays: 14 };
const verdictOf = (verdict: 'held' | 'deviated' | 'inconclusive'): Outcome =>
  ({ result: 'completed', verdict: { verdict } }) as Outcome;

describe('the ladder from one stage to the next', () => {
  let database: RunningDatabase;
  let staging: DynamoDbTable;
  let tables = 0;

  beforeAll(async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error('There is no database to test with');
    database = await engine.start();
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    staging = await database.table(`staging-${++tables}`);
  });

  async function ended(
    id: string,
    daysAgo: number,
    outcome: Outcome | null,
    experiment = 'slow',
  ): Promise<void> {
    const endedAt = at - daysAgo * dayMs;
    const run: Run = { ...runOf({ id }), outcome, endedAt: outcome === null ? null : endedAt };
    await new DynamoDbStore(staging).createRun(run);
    await new DynamoDbRegistry(staging).addRun(experiment, { id, at: endedAt });
  }

  const codes = async (experiment = 'slow'): Promise<readonly string[]> =>
    (await refusalsOfLadder({ heldOn }, experiment, at, () => staging)).map(({ code }) => code);

  it('lets a run go on where none is required', async () => {
    const none = (): never => {
      throw new Error('Nobody asked for it');
    };
    expect(await refusalsOfLadder({ heldOn: null }, 'slow', at, none)).toEqual([]);
  });

  it('lets a run go on after one that held, also where later ones did not', async () => {
    await ended('a', 13, verdictOf('held'));
    await ended('b', 2, verdictOf('deviated'));
    await ended('c', 0, null);
    expect(await codes()).toEqual([]);
  });

  it.each<readonly [string, number, Outcome | null]>([
    ['too long ago', 15, verdictOf('held')],
    ['and deviated', 1, verdictOf('deviated')],
    ['and showed nothing', 1, verdictOf('inconclusive')],
    [
      'and was aborted',
      1,
      {
        result: 'aborted',
        reason: { code: 'person', by: 'ada' },
        verdict: { verdict: 'held' },
      } as unknown as Outcome,
    ],
    ['and has not ended', 0, null],
  ])('refuses a run after one that was %s', async (_what, daysAgo, outcome) => {
    await ended('a', daysAgo, outcome);
    expect(await codes()).toEqual(['not-held-before']);
  });

  it('refuses where nothing ran, or only other experiments', async () => {
    expect(await codes()).toEqual(['not-held-before']);
    await ended('a', 1, verdictOf('held'), 'other');
    expect(await codes()).toEqual(['not-held-before']);
  });

  it('refuses where the other stage cannot be read, and says which parameter lets it', async () => {
    const missing = await database.table('there');
    const broken = {
      ...missing,
      queryLatest: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })),
    } as unknown as DynamoDbTable;
    const [refusal] = await refusalsOfLadder({ heldOn }, 'slow', at, () => broken);
    expect(refusal?.code).toBe('ladder-unreadable');
    expect(refusal?.reason).toMatch(/AccessDeniedException.+--param heldOn=staging/);
  });
});
