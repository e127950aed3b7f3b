import type { Stops } from '../core/facts.ts';
import type { EpochMs, ResourceId, RunId, UnitId } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';
import type { ActiveRun, Granted, Json, Lease, Store, StoredRun } from '../engine/ports.ts';

interface Lock {
  readonly owner: RunId | null;
  readonly epoch: number;
  readonly lease: Lease | null;
  readonly usedAt: EpochMs | null;
}

const unlocked: Lock = { owner: null, epoch: 0, lease: null, usedAt: null };

/**
 * The control table in memory, for the simulation: held to the same contract as the real one. Every call takes effect
 * as a whole before it returns. Values are kept as they are handed in, since nothing ever changes them.
 */
export class MemoryStore implements Store {
  readonly runs = new Map<RunId, { readonly run: Run; readonly version: number }>();
  readonly undo = new Map<string, Json>();
  readonly undoExpiry = new Map<string, EpochMs>();
  readonly locks = new Map<ResourceId, Lock>();
  readonly active = new Map<RunId, Omit<ActiveRun, 'id'>>();
  readonly journals = new Map<RunId, Map<number, JournalEntry>>();
  readonly #watching = new Map<string, Set<RunId>>();
  killSwitch: Stops['killSwitch'] = { on: false, generation: 0 };
  #thrownAt: EpochMs = -Infinity;

  async createRun(run: Run): Promise<'created' | 'exists'> {
    if (this.runs.has(run.id)) return 'exists';
    this.runs.set(run.id, { run, version: 1 });
    return 'created';
  }

  async loadRun(id: RunId): Promise<StoredRun | undefined> {
    const stored = this.runs.get(id);
    return stored === undefined ? undefined : { ...stored, killSwitch: this.killSwitch };
  }

  async loadRuns(ids: readonly RunId[]): Promise<readonly StoredRun[]> {
    const { killSwitch } = this;
    return ids.flatMap((id) => {
      const stored = this.runs.get(id);
      return stored === undefined ? [] : [{ ...stored, killSwitch }];
    });
  }

  async saveRun(run: Run, version: number): Promise<'saved' | 'conflict'> {
    if (this.runs.get(run.id)?.version !== version) return 'conflict';
    this.runs.set(run.id, { run, version: version + 1 });
    return 'saved';
  }

  async appendJournal(id: RunId, entries: readonly JournalEntry[]): Promise<void> {
    const journal = this.journals.get(id) ?? new Map<number, JournalEntry>();
    this.journals.set(id, journal);
    for (const entry of entries) journal.set(entry.seq, entry);
  }

  async readJournal(id: RunId): Promise<readonly JournalEntry[]> {
    const riding = (this.runs.get(id)?.run.unwritten ?? []).map((entry) => [entry.seq, entry] as const);
    const all = new Map([...(this.journals.get(id) ?? []), ...riding]);
    return [...all.values()].sort((a, b) => a.seq - b.seq);
  }

  async putUndo(id: RunId, unit: UnitId, undo: Json): Promise<Json> {
    const earlier = this.undo.get(undoKey(id, unit));
    if (earlier !== undefined) return earlier;
    this.undo.set(undoKey(id, unit), undo);
    return undo;
  }

  async readUndo(id: RunId, unit: UnitId): Promise<Json | undefined> {
    return this.undo.get(undoKey(id, unit));
  }

  async expireUndo(id: RunId, units: readonly UnitId[], at: EpochMs): Promise<void> {
    for (const unit of units)
      if (this.undo.has(undoKey(id, unit))) this.undoExpiry.set(undoKey(id, unit), at);
  }

  async lock(resource: ResourceId, owner: RunId): Promise<Granted | { heldBy: RunId }> {
    return this.#own(resource, owner, null);
  }

  async takeOver(resource: ResourceId, from: RunId, owner: RunId): Promise<Granted | { heldBy: RunId }> {
    return this.#own(resource, owner, from);
  }

  async unlock(resource: ResourceId, owner: RunId, usedAt: EpochMs | null): Promise<void> {
    const lock = this.#lock(resource);
    if (lock.owner === owner)
      this.locks.set(resource, { ...lock, owner: null, usedAt: usedAt ?? lock.usedAt });
  }

  async takeLease(resource: ResourceId, lease: Lease): Promise<boolean> {
    const lock = this.#lock(resource);
    const present = lock.lease;
    const free =
      present === null ||
      present.until < lease.now ||
      present.holder === lease.holder ||
      (lease.kind === 'revert' && present.kind === 'apply');
    if (free) this.locks.set(resource, { ...lock, lease });
    return free;
  }

  async releaseLease(resource: ResourceId, holder: string): Promise<void> {
    const lock = this.#lock(resource);
    if (lock.lease?.holder === holder) this.locks.set(resource, { ...lock, lease: null });
  }

  async addActive(id: RunId, at: EpochMs): Promise<void> {
    this.active.set(id, { at, underWay: this.active.get(id)?.underWay ?? false });
  }

  async setUnderWay(id: RunId, underWay: boolean): Promise<void> {
    const entry = this.active.get(id);
    if (entry !== undefined) this.active.set(id, { ...entry, underWay });
  }

  async removeActive(id: RunId): Promise<void> {
    this.active.delete(id);
  }

  async listActive(): Promise<readonly ActiveRun[]> {
    return [...this.active].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, entry]) => ({ id, ...entry }));
  }

  async watchAlarms(id: RunId, alarms: readonly string[]): Promise<void> {
    for (const alarm of alarms) this.#watching.set(alarm, (this.#watching.get(alarm) ?? new Set()).add(id));
  }

  async unwatchAlarms(id: RunId, alarms: readonly string[]): Promise<void> {
    for (const alarm of alarms) this.#watching.get(alarm)?.delete(id);
  }

  async runsWatching(alarm: string): Promise<readonly RunId[]> {
    return [...(this.#watching.get(alarm) ?? [])].sort();
  }

  async readKillSwitch(): Promise<Stops['killSwitch']> {
    return this.killSwitch;
  }

  async setKillSwitch(on: boolean, at: EpochMs): Promise<Stops['killSwitch']> {
    if (!on && at < this.#thrownAt) return this.killSwitch;
    if (on) this.#thrownAt = at;
    this.killSwitch = { on, generation: this.killSwitch.generation + (on ? 1 : 0) };
    return this.killSwitch;
  }

  #lock(resource: ResourceId): Lock {
    return this.locks.get(resource) ?? unlocked;
  }

  #own(resource: ResourceId, owner: RunId, expected: RunId | null): Granted | { heldBy: RunId } {
    const lock = this.#lock(resource);
    if (lock.owner === expected) {
      this.locks.set(resource, { ...lock, owner, epoch: lock.epoch + 1 });
      return { epoch: lock.epoch + 1, usedAt: lock.usedAt };
    }
    if (lock.owner === owner) return { epoch: lock.epoch, usedAt: lock.usedAt };
    return { heldBy: lock.owner ?? '' };
  }
}

function undoKey(id: RunId, unit: UnitId): string {
  return `${id} ${unit}`;
}
