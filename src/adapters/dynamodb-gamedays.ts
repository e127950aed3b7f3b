import type { GameDay } from '../generated/types.ts';
import type { GameDayRegistry, RegisteredGameDay, SessionEntry } from '../registry/gamedays.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { type Found, VersionedCatalogue } from './versioned-catalogue.ts';

/** In the control table. Keys: `gamedays` (one item per name), `gameday#NAME` (`version#N`, `session#TIME#ID`). */
export class DynamoDbGameDays implements GameDayRegistry {
  readonly #catalogue: VersionedCatalogue<GameDay>;

  constructor(table: DynamoDbTable) {
    this.#catalogue = new VersionedCatalogue(table, {
      partition: 'gamedays',
      own: 'gameday',
      occasion: 'session',
    });
  }

  async get(name: string): Promise<RegisteredGameDay | undefined> {
    const entry = await this.#catalogue.get(name);
    return entry === undefined ? undefined : registeredOf(entry);
  }

  async list(): Promise<readonly RegisteredGameDay[]> {
    return (await this.#catalogue.list()).map(registeredOf);
  }

  lastVersion(name: string): Promise<number> {
    return this.#catalogue.lastVersion(name);
  }

  put({ gameDay, ...rest }: RegisteredGameDay, replaces: number | null): Promise<'stored' | 'conflict'> {
    return this.#catalogue.put({ ...rest, body: gameDay }, replaces);
  }

  remove(name: string): Promise<void> {
    return this.#catalogue.remove(name);
  }

  addSession(name: string, session: SessionEntry): Promise<void> {
    return this.#catalogue.addOccasion(name, session);
  }

  sessionsOf(name: string, limit: number): Promise<readonly SessionEntry[]> {
    return this.#catalogue.occasionsOf(name, limit);
  }
}

function registeredOf({ body, item: _item, ...rest }: Found<GameDay>): RegisteredGameDay {
  return { ...rest, gameDay: body };
}
