import type { Session } from '../core/gameday/session.ts';
import type { EpochMs, SessionId } from '../core/ids.ts';
import type { ActiveSession, SessionStore, StoredSession } from '../engine/gameday/ports.ts';

/** Sessions in memory, for the simulation: held to the same contract as the real store. */
export class MemorySessions implements SessionStore {
  readonly sessions = new Map<SessionId, StoredSession>();
  readonly active = new Map<SessionId, EpochMs>();

  async createSession(session: Session): Promise<'created' | 'exists'> {
    if (this.sessions.has(session.id)) return 'exists';
    this.sessions.set(session.id, { session, version: 1 });
    return 'created';
  }

  async loadSession(id: SessionId): Promise<StoredSession | undefined> {
    return this.sessions.get(id);
  }

  async saveSession(session: Session, version: number): Promise<'saved' | 'conflict'> {
    if (this.sessions.get(session.id)?.version !== version) return 'conflict';
    this.sessions.set(session.id, { session, version: version + 1 });
    return 'saved';
  }

  async addActiveSession(id: SessionId, at: EpochMs): Promise<void> {
    this.active.set(id, at);
  }

  async removeActiveSession(id: SessionId): Promise<void> {
    this.active.delete(id);
  }

  async listActiveSessions(): Promise<readonly ActiveSession[]> {
    return [...this.active].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, at]) => ({ id, at }));
  }
}
