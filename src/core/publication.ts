import type { EpochMs, RunId } from './ids.ts';
import type { AbortReason, GameDayPart, Outcome, Phase } from './run.ts';

/** What is told: a change of phase, a coming start, a start put off, or what the evidence says so far. */
export type PublicationKind = 'phase' | 'reminder' | 'postponed' | 'evidence';

/** `Experiment Run State Change`: told once per run and sequence number. */
export interface RunStateChange {
  readonly runId: RunId;
  readonly experiment: string;
  readonly seq: number;
  readonly kind: PublicationKind;
  /** What belongs together for people: the session of a game day, else the run. */
  readonly thread: string;
  readonly gameDay: GameDayPart | null;
  readonly at: EpochMs;
  readonly from: Phase | null;
  readonly phase: Phase;
  readonly reason: string;
  readonly startAt: EpochMs;
  readonly requestedBy: string;
  /** Of the kill switch, as the run last saw it: an approval names it, and `seq`. */
  readonly generation: number;
  readonly abort: AbortReason | null;
  readonly outcome: Outcome | null;
  /** Where the experiment wants its changes told, beside the bus. */
  readonly channels: readonly string[];
}
