import { absorbChecks, type CheckResult, newsOf } from './checks.ts';
import type { Command, OutboxEntry } from './commands.ts';
import type { EpochMs } from './ids.ts';
import type { JournalEntry, JournalFact } from './journal.ts';
import type { PublicationKind } from './publication.ts';
import type { AbortReason, Outcome, Phase, Run, Unit, UnitState } from './run.ts';

/** What follows from an event. Where `changed` is false nothing is saved and nothing carried out. */
export interface Decision {
  readonly run: Run;
  /** To be carried out in this order, once the run is saved. All of them stand in the run's outbox. */
  readonly commands: readonly OutboxEntry[];
  readonly reasons: readonly string[];
  readonly changed: boolean;
}

/** First wait before a command without result is handed out again; it doubles up to `retryCapMs`. */
const retryMs = 15_000;
const retryCapMs = 300_000;
/** So many entries of the journal, or so many characters of them, are written at once; fewer ride in the run. */
const journalEntries = 16;
const journalChars = 24_000;
/** Where the journal cannot be written, so much of it waits in the run; then measurements are left out of it. */
const measuredChars = 60_000;
/** And from here on everything but changes of phase: a run that cannot be stored any more could not be reverted. */
const maxChars = 150_000;

/** The run being decided on: every change goes through here, so that none escapes the journal or the outbox. */
export class Draft {
  run: Run;
  readonly at: EpochMs;
  readonly #before: Run;
  readonly #issued = new Map<number, OutboxEntry>();
  readonly #journal: JournalEntry[] = [];
  readonly #reasons: string[] = [];

  constructor(run: Run, at: EpochMs) {
    this.run = run;
    this.at = at;
    this.#before = run;
  }

  patch(change: Partial<Run>): void {
    this.run = { ...this.run, ...change };
  }

  /** Puts a command into the outbox and hands it out. */
  issue(command: Command): void {
    const entry: OutboxEntry = {
      id: this.run.nextCommandId,
      schema: 1,
      command,
      issuedAt: this.at,
      attempts: 1,
      retryAt: this.#dueAt(command) + retryMs,
    };
    this.patch({ nextCommandId: entry.id + 1, outbox: [...this.run.outbox, entry] });
    this.#issued.set(entry.id, entry);
  }

  outstanding(...types: readonly Command['type'][]): readonly OutboxEntry[] {
    return this.run.outbox.filter((entry) => types.includes(entry.command.type));
  }

  /** Takes a command out of the outbox: its result is known, or it no longer matters. */
  settle(id: number): OutboxEntry | undefined {
    const entry = this.run.outbox.find((candidate) => candidate.id === id);
    if (entry !== undefined)
      this.patch({ outbox: this.run.outbox.filter((candidate) => candidate.id !== id) });
    this.#issued.delete(id);
    return entry;
  }

  /** Leaves a failed command in the outbox, to be handed out again by a later tick. */
  retryLater(entry: OutboxEntry): void {
    const wait = Math.min(1_000 * 2 ** Math.min(entry.attempts - 1, 20), retryCapMs);
    this.#replace({ ...entry, retryAt: this.at + wait });
  }

  /** Hands out again what has had no result for too long; an apply never. */
  reissueDue(): void {
    for (const entry of this.run.outbox) {
      if (entry.retryAt <= this.at && entry.command.type !== 'apply' && !this.#issued.has(entry.id))
        this.reissue(entry);
    }
  }

  /** Hands out again what is outstanding. Never for an apply. */
  reissue(entry: OutboxEntry): void {
    const wait = Math.min(retryMs * 2 ** Math.min(entry.attempts, 20), retryCapMs);
    const again = { ...entry, attempts: entry.attempts + 1, retryAt: this.#dueAt(entry.command) + wait };
    this.#replace(again);
    this.#issued.set(again.id, again);
  }

  /** Writes what has gathered of the journal: only what is stored with the run already, so that none of it can be lost. */
  writeJournal(): void {
    const { unwritten } = this.#before;
    const last = unwritten.at(-1);
    if (last === undefined || this.outstanding('journal').length > 0) return;
    if (unwritten.length >= journalEntries || charsOf(unwritten) >= journalChars)
      this.issue({ type: 'journal', through: last.seq });
  }

  note(what: JournalFact): void {
    this.#journal.push({ seq: this.run.nextJournalSeq, at: this.at, what });
    this.patch({ nextJournalSeq: this.run.nextJournalSeq + 1 });
  }

  decide(decision: string, reason: string): void {
    this.#reasons.push(reason);
    this.note({ type: 'decision', decision, reason });
  }

  /** Keeps what a look found of the checks, and tells what is new of it. */
  absorbChecks(results: readonly CheckResult[]): void {
    const checks = newsOf(this.run.checks, results);
    if (checks.length === 0) return;
    this.note({ type: 'checks', checks });
    this.patch({ checks: absorbChecks(this.run.checks, checks, this.at) });
  }

  setUnit(id: string, state: UnitState): void {
    this.patch({ units: this.run.units.map((unit): Unit => (unit.id === id ? { ...unit, state } : unit)) });
  }

  unit(id: string): Unit {
    const unit = this.run.units.find((candidate) => candidate.id === id);
    if (unit === undefined) throw new Error(`Run ${this.run.id} has no unit ${id}`);
    return unit;
  }

  /** The first reason to stop wins. */
  abort(reason: AbortReason): void {
    if (this.run.abort === null) this.patch({ abort: reason });
  }

  /** Changes the phase and tells everybody, once. */
  enter(phase: Phase, reason: string, outcome: Outcome | null = null): void {
    const from = this.run.phase;
    this.patch({ phase, phaseSince: this.at, ...(outcome === null ? {} : { outcome }) });
    this.#reasons.push(reason);
    this.note({ type: 'phase', from, to: phase, reason });
    this.tellNext('phase', from, reason);
  }

  /** Tells people something in the phase that the run is in. */
  tellNext(kind: PublicationKind, from: Phase, reason: string): void {
    this.patch({ seq: this.run.seq + 1 });
    this.tell(kind, from, reason);
  }

  /** Under the run's present number: the first of all, or the one just given. */
  tell(kind: PublicationKind, from: Phase | null, reason: string): void {
    const { run } = this;
    const change = {
      runId: run.id,
      experiment: run.experiment.name,
      seq: run.seq,
      kind,
      thread: run.gameDay?.session ?? run.id,
      gameDay: run.gameDay ?? null,
      at: this.at,
      from,
      phase: run.phase,
      reason,
      startAt: run.startAt,
      requestedBy: run.requestedBy,
      generation: run.killSwitchGeneration,
      abort: run.abort,
      outcome: run.outcome,
      channels: run.experiment.notify ?? [],
    };
    this.issue({ type: 'publish', change });
  }

  finish(): Decision {
    this.#keepJournal();
    const commands = [...this.#issued.values()].sort((a, b) => a.id - b.id);
    return { run: this.run, commands, reasons: this.#reasons, changed: this.run !== this.#before };
  }

  #keepJournal(): void {
    if (this.#journal.length === 0) return;
    const chars = charsOf(this.run.unwritten);
    const hasRoomFor = ({ what }: JournalEntry): boolean =>
      what.type === 'phase' ||
      chars < (what.type === 'measurement' || what.type === 'checks' ? measuredChars : maxChars);
    this.patch({ unwritten: [...this.run.unwritten, ...this.#journal.splice(0).filter(hasRoomFor)] });
  }

  /** The arrival of a tick shows that it was sent: that it was not is known only some time after it was due. */
  #dueAt(command: Command): EpochMs {
    return command.type === 'schedule-tick' ? Math.max(this.at, command.at) : this.at;
  }

  #replace(entry: OutboxEntry): void {
    this.patch({
      outbox: this.run.outbox.map((candidate) => (candidate.id === entry.id ? entry : candidate)),
    });
  }
}

function charsOf(entries: readonly JournalEntry[]): number {
  return JSON.stringify(entries).length;
}
