import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import type { Key } from '../../src/adapters/dynamodb-table.ts';
import type { JournalEntry } from '../../src/core/journal.ts';
import { engines } from './engines.ts';
import { at, runOf } from './samples.ts';
import { describeStore } from './store-contract.ts';

describeStore('memory twin', () =>
  Promise.resolve({ store: new MemoryStore(), close: () => Promise.resolve() }),
);

for (const engine of engines)
  describeStore(engine.name, async () => {
    const database = await engine.start();
    return { store: new DynamoDbStore(await database.table('control')), close: () => database.stop() };
  });

describe('what DynamoDB may delete by itself', () => {
  const days90 = 90 * 86_400;
  const entry: JournalEntry = { seq: 1, at, what: { type: 'event', event: 'e', detail: '' } };

  it('is what an ended run leaves behind, 90 days later; never a lock, nor anything of a run that may go on', async () => {
    const [dynalite] = engines;
    if (dynalite === undefined) throw new Error('There is no database to test with');
    const database = await dynalite.start();
    const table = await database.table('control');
    const store = new DynamoDbStore(table);
    const ttlOf = async (key: Key): Promise<string | undefined> => (await table.get(key))?.['ttl']?.N;
    const run = runOf({ id: 'run' });
    const state = { pk: 'run#run', sk: 'state' };
    await store.createRun(run);
    expect(await ttlOf(state)).toBeUndefined();
    await store.saveRun({ ...run, phase: 'ended', endedAt: at }, 1);
    expect(await ttlOf(state)).toBe(String(at / 1000 + days90));
    // Opened again, it stays.
    await store.saveRun({ ...run, phase: 'reverting', endedAt: null }, 2);
    expect(await ttlOf(state)).toBeUndefined();

    await store.appendJournal('run', [entry]);
    expect(await ttlOf({ pk: 'run#run', sk: 'journal#000000001-000000001' })).toBe(
      String(at / 1000 + days90),
    );

    const undo = { pk: 'run#run', sk: 'undo#u' };
    await store.putUndo('run', 'u', 'before');
    expect(await ttlOf(undo)).toBeUndefined();
    await store.expireUndo('run', ['u', 'never captured'], at);
    expect(await ttlOf(undo)).toBe(String(at / 1000));
    expect(await store.readUndo('run', 'never captured')).toBeUndefined();

    await store.addActive('run', at);
    await store.lock('dose:a', 'run');
    await store.unlock('dose:a', 'run', null);
    await store.setKillSwitch(true, 1_000);
    const others = [
      { pk: 'active', sk: 'run' },
      { pk: 'lock#dose:a', sk: 'lock' },
      { pk: 'settings', sk: 'kill-switch' },
    ];
    for (const key of others) expect([key, await ttlOf(key)]).toEqual([key, undefined]);
    await database.stop();
  });
});
