import type { EpochMs, RunId } from './ids.ts';
import type { AbortReason, Outcome, Phase } from './run.ts';

/** `Experiment Run State Change`: told once per run and sequence number. */
export interface RunStateChange {
  readonly runId: RunId;
  readonly experiment: string;
  readonly seq: number;
  readonly at: EpochMs;
  readonly from: Phase | null;
  readonly phase: Phase;
  readonly reason: string;
  readonly abort: AbortReason | null;
  readonly outcome: Outcome | null;
  /** Where the experiment wants its changes told, beside the bus. */
  readonly channels: readonly string[];
}
