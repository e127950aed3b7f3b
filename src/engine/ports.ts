import type { CheckResult } from '../core/checks.ts';
import type { Evidence, TargetObservation } from '../core/evidence.ts';
import type { ReadBack, UnitObservation } from '../core/events.ts';
import type { Facts, Stops, TargetFacts } from '../core/facts.ts';
import type { EpochMs, ResourceId, RunId, UnitId } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { RunStateChange } from '../core/publication.ts';
import type { Run, Unit, UnitPlan } from '../core/run.ts';
import type { Dose, Experiment, Telemetry } from '../generated/types.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The only sources of time in the engine. */
export interface Clock {
  now(): EpochMs;
  /** Rejects with a `DeadlineError` where the work takes longer; the signal tells the work to stop. */
  deadline<T>(afterMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Every promise of the store rests on conditional writes of single items; every read is consistent. */
export interface Store {
  createRun(run: Run): Promise<'created' | 'exists'>;
  /** With the kill switch as it is at the same time, in one read. */
  loadRun(id: RunId): Promise<StoredRun | undefined>;
  /** Those of the runs that are stored, in no order, with few reads. */
  loadRuns(ids: readonly RunId[]): Promise<readonly StoredRun[]>;
  /** Stores the run where the stored version is still `version`; the new version is `version + 1`. */
  saveRun(run: Run, version: number): Promise<'saved' | 'conflict'>;
  /** Written as one. Entries with sequence numbers that are there already change nothing. */
  appendJournal(id: RunId, entries: readonly JournalEntry[]): Promise<void>;
  /** The whole of it, with what still rides in the run. */
  readJournal(id: RunId): Promise<readonly JournalEntry[]>;
  /** Write-once: returns the undo record that is durable, which may be an earlier one. */
  putUndo(id: RunId, unit: UnitId, undo: Json): Promise<Json>;
  readUndo(id: RunId, unit: UnitId): Promise<Json | undefined>;
  /** Nothing will be restored from these any more: they may go, `at` the earliest. */
  expireUndo(id: RunId, units: readonly UnitId[], at: EpochMs): Promise<void>;
  /** Grants the lock to the run, at once or again; its epoch rises with every new owner and never falls. */
  lock(resource: ResourceId, owner: RunId): Promise<Granted | { readonly heldBy: RunId }>;
  /** Takes the lock from an owner that has ended. */
  takeOver(resource: ResourceId, from: RunId, owner: RunId): Promise<Granted | { readonly heldBy: RunId }>;
  /** `usedAt`, where the owner changed the resource, is told to whom it is granted next. */
  unlock(resource: ResourceId, owner: RunId, usedAt: EpochMs | null): Promise<void>;
  /** One effect on a resource at a time. A revert may take the lease from an apply, since that is reverted again anyway. */
  takeLease(resource: ResourceId, lease: Lease): Promise<boolean>;
  releaseLease(resource: ResourceId, holder: string): Promise<void>;
  /** Again, it changes nothing but the time. */
  addActive(id: RunId, at: EpochMs): Promise<void>;
  /** Marks an active run as one that counts against the cap on runs at once, or no longer. One that is not active stays so. */
  setUnderWay(id: RunId, underWay: boolean): Promise<void>;
  removeActive(id: RunId): Promise<void>;
  listActive(): Promise<readonly ActiveRun[]>;
  watchAlarms(id: RunId, alarms: readonly string[]): Promise<void>;
  unwatchAlarms(id: RunId, alarms: readonly string[]): Promise<void>;
  runsWatching(alarm: string): Promise<readonly RunId[]>;
  readKillSwitch(): Promise<Stops['killSwitch']>;
  /**
   * Raises the generation each time it is thrown. Asked for at `at`, a release changes nothing where it was thrown after
   * that: what comes late must not let runs start that somebody has just stopped.
   */
  setKillSwitch(on: boolean, at: EpochMs): Promise<Stops['killSwitch']>;
}

/** A lock that is held. */
export interface Granted {
  readonly epoch: number;
  /** When a run that had changed the resource freed it; null where none did. */
  readonly usedAt: EpochMs | null;
}

export interface StoredRun {
  readonly run: Run;
  readonly version: number;
  readonly killSwitch: Stops['killSwitch'];
}

export interface ActiveRun {
  readonly id: RunId;
  readonly at: EpochMs;
  readonly underWay: boolean;
}

export interface Lease {
  readonly holder: string;
  readonly kind: 'apply' | 'revert';
  readonly now: EpochMs;
  readonly until: EpochMs;
}

/** The table that target functions may touch: their dose to read, their telemetry to write. */
export interface FunctionStore {
  readDose(functionName: string): Promise<StoredDose | undefined>;
  /** False where a later epoch, or a revert under the same one, came first: a late write changes nothing. */
  writeDose(dose: Dose): Promise<boolean>;
  /** Leaves a tombstone, never a gap. False where a later epoch stands there. */
  clearDose(functionName: string, epoch: number): Promise<boolean>;
  /** What every realm of the function has reported of the run. A malformed report counts as none, and is named. */
  readTelemetry(
    functionName: string,
    run: RunId,
  ): Promise<{ readonly items: readonly Telemetry[]; readonly malformed: readonly string[] }>;
}

export interface StoredDose {
  readonly epoch: number;
  readonly cleared: boolean;
  readonly expiresAt: EpochMs;
}

/** Applies and reverts the faults of one kind of resource. Each is idempotent, and revert works from any partial apply. */
export interface FaultDriver {
  readonly name: string;
  /** The units that the experiment's faults make on these targets. Pure. */
  plan(experiment: Experiment, targets: readonly TargetFacts[], run: Run): readonly UnitPlan[];
  /** The state that a revert restores. Changes nothing. */
  capture(context: EffectContext): Promise<Json>;
  /** Throws `EffectError` with `unknown: false` where it is certain that nothing was changed. */
  apply(context: EffectContext): Promise<void>;
  /** Restores, and reads back what the resource shows then. */
  revert(context: EffectContext): Promise<ReadResult>;
  readBack(context: EffectContext): Promise<ReadResult>;
}

export interface ReadResult {
  readonly read: ReadBack;
  readonly detail: string;
}

export interface EffectContext {
  readonly run: Run;
  readonly unit: Unit;
  /** Epoch of the lock under which this is done. */
  readonly epoch: number;
  /** Undefined only for capture. */
  readonly undo: Json | undefined;
  readonly signal: AbortSignal;
}

export interface Ports {
  readonly clock: Clock;
  readonly store: Store;
  readonly drivers: readonly FaultDriver[];
  /** Everything guards decide on, but what the engine reads itself. */
  facts(run: Run, signal: AbortSignal): Promise<Pick<Facts, 'limits' | 'window' | 'targets'>>;
  /** The states of the named alarms; one that does not exist is left out. */
  alarms(names: readonly string[]): Promise<Stops['alarms']>;
  /** Reads telemetry and judges the signals. */
  observe(
    run: Run,
    final: boolean,
    at: EpochMs,
  ): Promise<{ targets: readonly TargetObservation[]; evidence: readonly Evidence[] }>;
  /** Looks at the signals that are no statistics, as they are to be judged in the run's phase, and at what its changes do. */
  probe(
    run: Run,
    at: EpochMs,
  ): Promise<{ checks: readonly CheckResult[]; effects: readonly UnitObservation[] }>;
  scheduleTick(id: RunId, epoch: number, n: number, at: EpochMs): Promise<void>;
  armDeadMan(
    run: Run,
    at: EpochMs,
    units: readonly { readonly unit: Unit; readonly epoch: number; readonly undo: Json }[],
  ): Promise<void>;
  disarmDeadMan(id: RunId): Promise<void>;
  /** Rejects where one of them was not taken: all of them are then published again, and told apart by their numbers. */
  publish(changes: readonly RunStateChange[]): Promise<void>;
  page(id: RunId, message: string): Promise<void>;
  /** Identifies this process in leases. */
  readonly processId: string;
}
