import type { RegisteredNow, SessionResult } from '../../core/gameday/events.ts';
import type { GameDayStateChange } from '../../core/gameday/publication.ts';
import type { Session } from '../../core/gameday/session.ts';
import type { EpochMs, RunId, SessionId } from '../../core/ids.ts';
import type { Clock, Store } from '../ports.ts';

/** Every promise rests on conditional writes of single items; every read is consistent. */
export interface SessionStore {
  createSession(session: Session): Promise<'created' | 'exists'>;
  loadSession(id: SessionId): Promise<StoredSession | undefined>;
  /** Stores the session where the stored version is still `version`; the new version is `version + 1`. */
  saveSession(session: Session, version: number): Promise<'saved' | 'conflict'>;
  /** Again, it changes nothing but the time. */
  addActiveSession(id: SessionId, at: EpochMs): Promise<void>;
  removeActiveSession(id: SessionId): Promise<void>;
  listActiveSessions(): Promise<readonly ActiveSession[]>;
}

export interface StoredSession {
  readonly session: Session;
  readonly version: number;
}

export interface ActiveSession {
  readonly id: SessionId;
  readonly at: EpochMs;
}

/** A run to be started, as part of a session. */
export interface SessionStart {
  readonly experiment: string;
  readonly run: RunId;
  readonly step: number;
  /** Its place in the step, from 1. */
  readonly place: number;
  /** When it was asked for. */
  readonly at: EpochMs;
}

export interface SessionPorts {
  readonly clock: Clock;
  readonly store: SessionStore;
  readonly runs: Pick<Store, 'loadRuns' | 'readKillSwitch'>;
  /** How long a run of each takes at most; null where it is not registered. */
  lengths(experiments: readonly string[]): Promise<Readonly<Record<string, number | null>>>;
  /** The game day as it is registered now; null where it is not. */
  registered(gameDay: string): Promise<RegisteredNow | null>;
  /** Again, it changes nothing: the same place in the same session is always the same run. */
  startRun(
    session: Session,
    start: SessionStart,
  ): Promise<Extract<SessionResult, { type: 'started' | 'refused' }>>;
  abortRun(run: RunId, by: string): Promise<void>;
  /** Rejects where one of them was not taken: all of them are then published again, and told apart by their numbers. */
  publish(changes: readonly GameDayStateChange[]): Promise<void>;
}
