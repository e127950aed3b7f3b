import type { EpochMs, RunId } from '../core/ids.ts';
import type { Experiment } from '../generated/types.ts';

/** An experiment as it was registered. Each change of its file is a new version; earlier ones are kept. */
export interface Registered {
  readonly name: string;
  readonly version: number;
  readonly experiment: Experiment;
  /** The file as it was written, and its name. */
  readonly text: string;
  readonly file: string;
  readonly registeredAt: EpochMs;
  readonly registeredBy: string;
  /** Since when it has its present schedule; without one, since when it was registered. A rate counts from here. */
  readonly scheduledSince: EpochMs;
}

export interface RunEntry {
  readonly id: RunId;
  readonly at: EpochMs;
}

/** Experiments by name, and which runs they had. No call here ever starts anything. */
export interface Registry {
  get(name: string): Promise<Registered | undefined>;
  /** In the order of their names. */
  list(): Promise<readonly Registered[]>;
  /** The highest version that this name ever had, also before it was removed; 0 where there was none. */
  lastVersion(name: string): Promise<number>;
  /** Stores a new version in the place of version `replaces`, or of nothing, where nobody did so before. */
  put(registered: Registered, replaces: number | null): Promise<'stored' | 'conflict'>;
  remove(name: string): Promise<void>;
  /** For `list` and `show`; the same run again changes nothing. */
  addRun(name: string, run: RunEntry): Promise<void>;
  /** The latest first. */
  runsOf(name: string, limit: number): Promise<readonly RunEntry[]>;
}
