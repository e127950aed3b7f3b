import type { EpochMs, SessionId } from '../core/ids.ts';
import type { GameDay } from '../generated/types.ts';

/** A game day as it was registered. Each change of its file is a new version; earlier ones are kept. */
export interface RegisteredGameDay {
  readonly name: string;
  readonly version: number;
  readonly gameDay: GameDay;
  /** The file as it was written, and its name. */
  readonly text: string;
  readonly file: string;
  readonly registeredAt: EpochMs;
  readonly registeredBy: string;
}

export interface SessionEntry {
  readonly id: SessionId;
  readonly at: EpochMs;
}

/** Game days by name, and which sessions they had. No call here ever starts anything. */
export interface GameDayRegistry {
  get(name: string): Promise<RegisteredGameDay | undefined>;
  /** In the order of their names. */
  list(): Promise<readonly RegisteredGameDay[]>;
  /** The highest version that this name ever had, also before it was removed; 0 where there was none. */
  lastVersion(name: string): Promise<number>;
  /** Stores a new version in the place of version `replaces`, or of nothing, where nobody did so before. */
  put(registered: RegisteredGameDay, replaces: number | null): Promise<'stored' | 'conflict'>;
  remove(name: string): Promise<void>;
  /** The same session again changes nothing. */
  addSession(name: string, session: SessionEntry): Promise<void>;
  /** The latest first. */
  sessionsOf(name: string, limit: number): Promise<readonly SessionEntry[]>;
}

/** What begins the sessions of registered game days on time. */
export interface GameDaySchedules {
  /** Leaves exactly what the game day asks for. */
  sync(gameDay: GameDay): Promise<void>;
  remove(name: string): Promise<void>;
}
