import { MemoryStore } from '../../../src/adapters/memory-store.ts';
import { rememberedUndo } from '../../../src/engine/remembered-undo.ts';

it('an undo record is read once, and what somebody else wrote first stays what counts', async () => {
  const truth = new MemoryStore();
  await truth.putUndo('run', 'theirs', 'first');
  let reads = 0;
  const counted = new MemoryStore();
  counted.putUndo = (id, unit, undo) => truth.putUndo(id, unit, undo);
  counted.readUndo = (id, unit) => {
    reads += 1;
    return truth.readUndo(id, unit);
  };
  const store = rememberedUndo(counted);
  expect(await store.putUndo('run', 'theirs', 'second')).toBe('first');
  expect(await store.readUndo('run', 'theirs')).toBe('first');
  expect(reads).toBe(0);
  expect(await store.readUndo('run', 'none')).toBeUndefined();
  await truth.putUndo('run', 'none', 'later');
  expect(await store.readUndo('run', 'none')).toBe('later');
  expect(await store.readUndo('run', 'none')).toBe('later');
  expect(reads).toBe(2);
});
