import type { Session } from '../core/gameday/session.ts';
import type { EpochMs, SessionId } from '../core/ids.ts';
import type { ActiveSession, SessionStore, StoredSession } from '../engine/gameday/ports.ts';
import { keepMs } from '../engine/keep.ts';
import { type DynamoDbTable, type Item, type Key, number, text } from './dynamodb-table.ts';

const active = 'sessions';
const stateKey = (id: SessionId): Key => ({ pk: `session#${id}`, sk: 'session' });

/** In the control table. Keys: `session#ID` (`session`), `sessions` (one item for each active one). */
export class DynamoDbSessions implements SessionStore {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async createSession(session: Session): Promise<'created' | 'exists'> {
    const created = await this.#table.put(stateKey(session.id), itemOf(session, 1), {
      if: 'attribute_not_exists(pk)',
    });
    return created ? 'created' : 'exists';
  }

  async loadSession(id: SessionId): Promise<StoredSession | undefined> {
    const item = await this.#table.get(stateKey(id));
    if (item === undefined) return undefined;
    // Written by nobody else.
    return { session: JSON.parse(text(item, 'body')) as Session, version: number(item, 'version') };
  }

  async saveSession(session: Session, version: number): Promise<'saved' | 'conflict'> {
    const saved = await this.#table.put(stateKey(session.id), itemOf(session, version + 1), {
      if: 'version = :version',
      values: { ':version': { N: String(version) } },
    });
    return saved ? 'saved' : 'conflict';
  }

  async addActiveSession(id: SessionId, at: EpochMs): Promise<void> {
    await this.#table.put({ pk: active, sk: id }, { at: { N: String(at) } });
  }

  async removeActiveSession(id: SessionId): Promise<void> {
    await this.#table.delete({ pk: active, sk: id });
  }

  async listActiveSessions(): Promise<readonly ActiveSession[]> {
    const items = await this.#table.query(active, '');
    return items.map((item) => ({ id: text(item, 'sk'), at: number(item, 'at') }));
  }
}

function itemOf(session: Session, version: number): Item {
  return {
    version: { N: String(version) },
    phase: { S: session.phase },
    body: { S: JSON.stringify(session) },
    // Only a session that has ended may go, and with it the marker of its slot.
    ...(session.endedAt === null ? {} : { ttl: { N: String(Math.ceil((session.endedAt + keepMs) / 1000)) } }),
  };
}
