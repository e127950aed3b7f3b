import type { CheckResult } from './checks.ts';
import type { Evidence, TargetObservation } from './evidence.ts';
import type { EpochMs } from './ids.ts';
import type { Phase } from './run.ts';

/** The append-only history of a run. `seq` is unique in the run: an entry is stored once however often it is written. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: EpochMs;
  readonly what: JournalFact;
}

export type JournalFact =
  | { readonly type: 'event'; readonly event: string; readonly detail: string }
  | { readonly type: 'phase'; readonly from: Phase | null; readonly to: Phase; readonly reason: string }
  | { readonly type: 'decision'; readonly decision: string; readonly reason: string }
  | { readonly type: 'effect'; readonly effect: string; readonly unit: string; readonly outcome: string }
  /** What a look found of the checks; what it showed already is not told again. */
  | { readonly type: 'checks'; readonly checks: readonly CheckResult[] }
  | {
      readonly type: 'measurement';
      readonly targets: readonly TargetObservation[];
      readonly evidence: readonly Evidence[];
      /** log of the weighted mean of all e-values; an abort needs log(1/alpha). */
      readonly logJoint: number;
    };
