import { DynamoDbStore } from '../../src/adapters/dynamodb-store.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { engines } from './engines.ts';
import { describeStore } from './store-contract.ts';

describeStore('memory twin', () =>
  Promise.resolve({ store: new MemoryStore(), close: () => Promise.resolve() }),
);

for (const engine of engines)
  describeStore(engine.name, async () => {
    const database = await engine.start();
    return { store: new DynamoDbStore(await database.table('control')), close: () => database.stop() };
  });
