import type { EpochMs } from '../ids.ts';
import type { SessionCommand, SessionOutboxEntry } from './commands.ts';
import type { SessionPublication } from './publication.ts';
import type { Session, SessionPhase, SessionRun, SessionStep, StopReason } from './session.ts';

/** What follows from an event. Where `changed` is false nothing is saved and nothing carried out. */
export interface SessionDecision {
  readonly session: Session;
  /** To be carried out in this order, once the session is saved. All of them stand in its outbox. */
  readonly commands: readonly SessionOutboxEntry[];
  readonly reasons: readonly string[];
  readonly changed: boolean;
}

/** First wait before a command without result is handed out again; it doubles up to `retryCapMs`. */
const retryMs = 15_000;
const retryCapMs = 300_000;

/** The session being decided on: every change goes through here, so that none escapes the outbox. */
export class SessionDraft {
  session: Session;
  readonly at: EpochMs;
  readonly #before: Session;
  readonly #issued = new Map<number, SessionOutboxEntry>();
  readonly #reasons: string[] = [];

  constructor(session: Session, at: EpochMs) {
    this.session = session;
    this.at = at;
    this.#before = session;
  }

  patch(change: Partial<Session>): void {
    this.session = { ...this.session, ...change };
  }

  /** Puts a command into the outbox and hands it out. */
  issue(command: SessionCommand): void {
    const { nextCommandId: id, outbox } = this.session;
    const retryAt = command.type === 'start-run' ? command.leaseUntil : this.at + retryMs;
    const entry = { id, schema: 1, command, issuedAt: this.at, attempts: 1, retryAt } as const;
    this.patch({ nextCommandId: id + 1, outbox: [...outbox, entry] });
    this.#issued.set(id, entry);
  }

  /** Takes a command out of the outbox: its result is known, or it no longer matters. */
  settle(id: number): SessionOutboxEntry | undefined {
    const entry = this.session.outbox.find((candidate) => candidate.id === id);
    if (entry !== undefined)
      this.patch({ outbox: this.session.outbox.filter((candidate) => candidate.id !== id) });
    this.#issued.delete(id);
    return entry;
  }

  /** Hands out again what has had no result for too long. A start is settled by what is read of its run, or begun anew. */
  reissueDue(): void {
    for (const entry of this.session.outbox)
      if (entry.retryAt <= this.at && entry.command.type !== 'start-run') this.#reissue(entry);
  }

  #reissue(entry: SessionOutboxEntry): void {
    const wait = Math.min(retryMs * 2 ** Math.min(entry.attempts, 20), retryCapMs);
    const again = { ...entry, attempts: entry.attempts + 1, retryAt: this.at + wait };
    this.patch({
      outbox: this.session.outbox.map((candidate) => (candidate.id === again.id ? again : candidate)),
    });
    this.#issued.set(again.id, again);
  }

  because(reason: string): void {
    this.#reasons.push(reason);
  }

  /** The first reason to stop wins. */
  stop(reason: StopReason): void {
    if (this.session.stopped !== null) return;
    this.because(reason.reason);
    this.patch({ stopped: reason });
  }

  setStep(index: number, change: Partial<Omit<SessionStep, 'since'>>): void {
    this.patch({
      steps: this.session.steps.map((step, at): SessionStep =>
        at === index
          ? { ...step, ...change, since: change.state === undefined ? step.since : this.at }
          : step,
      ),
    });
  }

  setRun(id: string, change: Partial<SessionRun>): void {
    this.patch({
      steps: this.session.steps.map((step) =>
        step.runs.some(({ run }) => run === id)
          ? { ...step, runs: step.runs.map((run) => (run.run === id ? { ...run, ...change } : run)) }
          : step,
      ),
    });
  }

  /** Changes the phase and tells everybody, once. */
  enter(phase: SessionPhase, reason: string): void {
    this.patch({ phase, phaseSince: this.at });
    this.tell('phase', reason, null);
  }

  /** Publishes what happened under the next number. */
  tell(kind: SessionPublication['kind'], reason: string, step: number | null): void {
    const { phase } = this.session;
    const seq = this.session.seq + 1;
    this.because(reason);
    this.patch({ seq });
    this.issue({ type: 'publish', publication: { seq, at: this.at, phase, kind, reason, step } });
  }

  finish(): SessionDecision {
    const commands = [...this.#issued.values()].sort((a, b) => a.id - b.id);
    return {
      session: this.session,
      commands,
      reasons: this.#reasons,
      changed: this.session !== this.#before,
    };
  }
}
