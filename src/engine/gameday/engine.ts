import { createSession, type SessionRequest } from '../../core/gameday/create.ts';
import type { SessionOutboxEntry } from '../../core/gameday/commands.ts';
import { decideSession } from '../../core/gameday/decide.ts';
import type { SessionEvent } from '../../core/gameday/events.ts';
import type { Session } from '../../core/gameday/session.ts';
import type { EpochMs, SessionId } from '../../core/ids.ts';
import { each, requireAll } from '../each.ts';
import { ContentionError } from '../errors.ts';
import { look } from './look.ts';
import { sessionResults } from './perform.ts';
import type { ActiveSession, SessionPorts, StoredSession } from './ports.ts';

/** Lost races in a row before the caller is told; AWS, or the next minute, then tries again. */
const maxConflicts = 20;
/** Rounds of commands and results for one event: far above what any event needs. */
const maxRounds = 50;
/** An active entry without a session: its request died before the session was stored. */
const orphanMs = 60 * 60_000;

/** A decision that is durable, and what is to be carried out for it. */
interface Committed extends StoredSession {
  readonly commands: readonly SessionOutboxEntry[];
}

/** The order load – decide – save – perform, for sessions. */
export class SessionEngine {
  readonly #ports: SessionPorts;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** Makes the session of a slot. The same slot again changes nothing. */
  async request(request: SessionRequest): Promise<'made' | 'exists'> {
    const { store, clock } = this.#ports;
    const at = clock.now();
    const { session, commands } = createSession(request, at);
    // The active entry comes first: a session that no minute looks after could be lost.
    await store.addActiveSession(session.id, at);
    if ((await store.createSession(session)) === 'exists') return 'exists';
    await this.#carryOn({ session, version: 1, commands });
    return 'made';
  }

  /** Looks at what has become of the session's runs, and goes on. Undefined where there is no such session. */
  lookAfter(id: SessionId): Promise<Session | undefined> {
    return this.#handle(id, async (session) => [await look(this.#ports, session)]);
  }

  /** Hands an event to a session and carries out what follows. Undefined where there is no such session. */
  deliver(
    id: SessionId,
    event: Exclude<SessionEvent, { type: 'look' | 'result' }>,
  ): Promise<Session | undefined> {
    return this.#handle(id, async (session) =>
      // What ends it waits for nothing, and an approval begins nothing.
      event.type === 'continue' ? [await look(this.#ports, session), event] : [event],
    );
  }

  /** Looks after every active session; the failures of some keep none from being looked after. */
  async lookAfterAll(): Promise<void> {
    const active = await this.#ports.store.listActiveSessions();
    const results = await each(active, (entry) => this.#lookAfterOne(entry));
    requireAll(results, 'looked after');
  }

  async #lookAfterOne({ id, at }: ActiveSession): Promise<void> {
    const { store, clock } = this.#ports;
    const session = await this.lookAfter(id);
    const orphaned = session === undefined && clock.now() > at + orphanMs;
    const over = session?.phase === 'ended' && session.outbox.length === 0;
    if (orphaned || over) await store.removeActiveSession(id);
  }

  async #handle(
    id: SessionId,
    eventsFor: (session: Session, at: EpochMs) => Promise<readonly SessionEvent[]>,
  ): Promise<Session | undefined> {
    const committed = await this.#commit(id, eventsFor);
    return committed === undefined ? undefined : this.#carryOn(committed);
  }

  /** Loads (unless the session is known), decides, saves; where somebody else saved first, all of it again. */
  async #commit(
    id: SessionId,
    eventsFor: (session: Session, at: EpochMs) => Promise<readonly SessionEvent[]>,
    known?: StoredSession,
  ): Promise<Committed | undefined> {
    const { store, clock } = this.#ports;
    let loaded = known;
    for (let attempt = 0; attempt < maxConflicts; attempt += 1) {
      loaded ??= await store.loadSession(id);
      if (loaded === undefined) return undefined;
      const { session, commands } = fold(loaded.session, await eventsFor(loaded.session, clock.now()));
      if (session === loaded.session) return { ...loaded, commands: [] };
      if ((await store.saveSession(session, loaded.version)) === 'saved')
        return { session, version: loaded.version + 1, commands };
      loaded = undefined;
    }
    throw new ContentionError(id, maxConflicts);
  }

  /** Carries out commands and feeds their results back, until nothing is left to do now. */
  async #carryOn(start: Committed): Promise<Session> {
    let current = start;
    for (let round = 0; round < maxRounds && current.commands.length > 0; round += 1) {
      const results = await sessionResults(this.#ports, current.session, current.commands);
      const next = await this.#commit(current.session.id, async () => results, current);
      if (next === undefined) throw new Error(`Session ${current.session.id} has vanished`);
      current = next;
    }
    return current.session;
  }
}

/** Several events in a row, as one decision. */
function fold(
  start: Session,
  events: readonly SessionEvent[],
): { readonly session: Session; readonly commands: readonly SessionOutboxEntry[] } {
  let session = start;
  const issued = new Map<number, SessionOutboxEntry>();
  for (const event of events) {
    const decision = decideSession(session, event);
    session = decision.session;
    for (const entry of decision.commands) issued.set(entry.id, entry);
  }
  // What one event issued and a later one settled is not carried out.
  const wanted = new Set(session.outbox.map(({ id }) => id));
  return { session, commands: [...issued.values()].filter(({ id }) => wanted.has(id)) };
}
