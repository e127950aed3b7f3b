import type { GameDay } from '../../generated/types.ts';
import type { EpochMs, RunId, SessionId } from '../ids.ts';
import type { Approval, Phase } from '../run.ts';
import type { SessionOutboxEntry } from './commands.ts';

export type SessionPhase = 'planned' | 'awaiting-approval' | 'announced' | 'running' | 'paused' | 'ended';

/** What a session is: its game day's window, or a person's request. */
export interface SessionSlot {
  readonly kind: 'scheduled' | 'manual';
  /** What makes it unique: the start in ISO form, or the request's id. */
  readonly id: string;
  readonly at: EpochMs;
}

/** One execution of a game day, as stored. Changed only by `decideSession`. */
export interface Session {
  readonly schema: 1;
  readonly id: SessionId;
  readonly gameDay: GameDay;
  /** Of the registered game day. */
  readonly version: number;
  readonly slot: SessionSlot;
  readonly requestedBy: string;
  readonly registeredBy: string;
  readonly requestedAt: EpochMs;
  readonly settings: SessionSettings;
  readonly phase: SessionPhase;
  readonly phaseSince: EpochMs;
  /** Number of the latest publication. */
  readonly seq: number;
  readonly startAt: EpochMs;
  /** The end of its window; null where it has none. */
  readonly endsAt: EpochMs | null;
  /** When people are reminded of the start; those that are over are left out. */
  readonly announcements: readonly EpochMs[];
  readonly approval: Approval | null;
  /** Number of the publication that asked people for the approval, or to let a pause end: an answer to an earlier one does not count. */
  readonly askedSeq: number;
  /** Generation of the kill switch when the session was made: one that was thrown since ends it. */
  readonly killSwitchGeneration: number;
  /** How long a run of each experiment takes at most, as last read; null where it is not registered any more. */
  readonly lengths: Readonly<Record<string, number | null>>;
  readonly steps: readonly SessionStep[];
  /** Why no further step begins. The first reason wins and is never changed. */
  readonly stopped: StopReason | null;
  readonly nextCommandId: number;
  readonly outbox: readonly SessionOutboxEntry[];
  readonly endedAt: EpochMs | null;
}

/** What the session was given at its request; nothing in it changes. */
export interface SessionSettings {
  readonly stage: string;
  readonly approvalRequired: boolean;
  /** How long people may take to approve; at least until the start. */
  readonly approvalMs: number;
  /** A session that could not begin for so long after its start does not begin any more. */
  readonly maxLateMs: number;
  /** After so long a start that was handed out has happened, or never will. */
  readonly startLeaseMs: number;
}

export interface SessionStep {
  readonly state: 'waiting' | 'running' | 'paused' | 'done' | 'not-run';
  /** When it got into this state. */
  readonly since: EpochMs;
  /** Why it was not run, or how its pause ended. */
  readonly reason: string | null;
  /** None in a pause. */
  readonly runs: readonly SessionRun[];
}

export interface SessionRun {
  readonly experiment: string;
  readonly run: RunId;
  /**
   * `starting`: its start is handed out, and whether it happened is not known. `under-way`: it exists, and has not ended.
   * `not-run`: it never existed, and never will.
   */
  readonly state: 'waiting' | 'starting' | 'under-way' | 'ended' | 'not-run';
  /** As last read; null where no run exists, or none is known of. */
  readonly phase: Phase | null;
  readonly outcome: RunResult | null;
  /** It ends early by itself: the reason's code. */
  readonly abort: string | null;
  /** Its abort has been asked for by the session. */
  readonly aborting: boolean;
}

/** How a run ended, in a word. One that was aborted because it deviated counts as deviated. */
export type RunWord = 'held' | 'deviated' | 'inconclusive' | 'aborted' | 'refused' | 'errored' | 'not-run';

export interface RunResult {
  readonly result: RunWord;
  /** Of an abort or a refusal; for `onAbort`. */
  readonly code: string | null;
  /** For people, in a sentence. */
  readonly reason: string;
}

export interface StopReason {
  readonly code:
    | 'person'
    | 'kill-switch'
    | 'not-approved'
    | 'approval-expired'
    | 'too-late'
    | 'window'
    | 'not-continued'
    | 'run'
    | 'removed'
    | 'moved';
  readonly reason: string;
}
