import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';

/** All that a report is made of. JSON-able. */
export interface RunRecord {
  readonly run: Run;
  readonly journal: readonly JournalEntry[];
  readonly environment: RunEnvironment;
}

/** Where the run took place, for the reader of the report. */
export interface RunEnvironment {
  readonly where: 'local' | 'aws';
  /** "aws-lambda-ric 4.0.2, native" and the like. */
  readonly runtime: string;
  readonly nodeVersions: Readonly<Record<string, string>>;
  readonly service: string;
  readonly seed: number | null;
  /** One sentence on the traffic: "20 invocations/s (Poisson) to checkout". */
  readonly workload: string | null;
  readonly inoculateVersion: string;
  /** One sentence per fault, in the experiment's order. */
  readonly faults: readonly { readonly id: string; readonly sentence: string }[];
}
