import { DynamoDbGameDays } from '../../src/adapters/dynamodb-gamedays.ts';
import { DynamoDbSessions } from '../../src/adapters/dynamodb-sessions.ts';
import { MemorySessions } from '../../src/adapters/memory-sessions.ts';
import type { SessionStore } from '../../src/engine/gameday/ports.ts';
import { engines, type RunningDatabase } from './engines.ts';
import { newSession } from '../unit/gameday/world.ts';

const day = { inoculate: 'gameday/1', name: 'day', steps: [{ run: 'a' }] } as const;
const gameDay = { ...day, steps: [...day.steps] };
const session = newSession(gameDay);

function contract(open: () => Promise<SessionStore>): void {
  it('makes a session once, and keeps the first', async () => {
    const store = await open();
    expect(await store.createSession(session)).toBe('created');
    expect(await store.createSession({ ...session, seq: 99 })).toBe('exists');
    expect(await store.loadSession(session.id)).toEqual({ session, version: 1 });
  });

  it('saves over the version that was loaded alone: of two who loaded it one wins', async () => {
    const store = await open();
    await store.createSession(session);
    const saved = await Promise.all([
      store.saveSession({ ...session, seq: 2 }, 1),
      store.saveSession({ ...session, seq: 3 }, 1),
    ]);
    expect(saved.toSorted()).toEqual(['conflict', 'saved']);
    expect((await store.loadSession(session.id))?.version).toBe(2);
    expect(await store.saveSession({ ...session, seq: 4 }, 1)).toBe('conflict');
  });

  it('saves nothing where no session is, and finds none', async () => {
    const store = await open();
    expect(await store.saveSession(session, 1)).toBe('conflict');
    expect(await store.loadSession(session.id)).toBeUndefined();
  });

  it('lists the active ones, each once, until they are removed', async () => {
    const store = await open();
    await store.addActiveSession('b', 1);
    await store.addActiveSession('a', 2);
    await store.addActiveSession('a', 3);
    expect(await store.listActiveSessions()).toEqual([
      { id: 'a', at: 3 },
      { id: 'b', at: 1 },
    ]);
    await store.removeActiveSession('a');
    await store.removeActiveSession('a');
    expect(await store.listActiveSessions()).toEqual([{ id: 'b', at: 1 }]);
  });
}

describe('sessions: memory', () => contract(async () => new MemorySessions()));

for (const engine of engines)
  describe(`sessions: ${engine.name}`, () => {
    let database: RunningDatabase;
    let tables = 0;
    beforeAll(async () => {
      database = await engine.start();
    });
    afterAll(() => database.stop());

    contract(async () => new DynamoDbSessions(await database.table(`sessions-${++tables}`)));

    it('keeps every version of a game day, and its sessions, the latest first', async () => {
      const gameDays = new DynamoDbGameDays(await database.table(`sessions-${++tables}`));
      const entry = { name: 'day', gameDay, text: '', file: 'day.yml', registeredAt: 5, registeredBy: 'ada' };
      expect(await gameDays.put({ ...entry, version: 1 }, null)).toBe('stored');
      expect(await gameDays.put({ ...entry, version: 1 }, null)).toBe('conflict');
      expect(await gameDays.put({ ...entry, version: 2 }, 1)).toBe('stored');
      expect(await gameDays.list()).toEqual([{ ...entry, version: 2 }]);
      await gameDays.addSession('day', { id: 'one', at: 1 });
      await gameDays.addSession('day', { id: 'two', at: 2 });
      await gameDays.addSession('day', { id: 'one', at: 1 });
      expect((await gameDays.sessionsOf('day', 5)).map(({ id }) => id)).toEqual(['two', 'one']);
      await gameDays.remove('day');
      expect(await gameDays.get('day')).toBeUndefined();
      expect(await gameDays.lastVersion('day')).toBe(2);
    });
  });
