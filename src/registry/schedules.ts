import type { EpochMs } from '../core/ids.ts';

/** Which slots of registered experiments are to be looked at next, and what became of those that came. */
export interface Schedules {
  /** From now on the slots of the experiment are made ahead of time where its guardrails or its file ask for that. */
  plan(name: string): Promise<void>;
  /** The same, but where that is so already nothing changes. */
  keepPlanned(name: string): Promise<void>;
  unplan(name: string): Promise<void>;
}

/** Slots of an experiment that did not start a run. */
export interface SlotCounts {
  /** The latest slot that came. */
  readonly last: EpochMs;
  /** Those that never came: nothing was sent, or it was lost. */
  readonly missed: number;
  /** Those that came and were passed over, since nothing was open. */
  readonly skipped: number;
  readonly lastSkipped: { readonly at: EpochMs; readonly reason: string } | null;
}
