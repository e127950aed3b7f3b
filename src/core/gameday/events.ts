import type { GameDay } from '../../generated/types.ts';
import type { Stops } from '../facts.ts';
import type { EpochMs, RunId } from '../ids.ts';
import type { AbortReason, Outcome, Phase } from '../run.ts';

/** What the engine hands to `decideSession`. Every event carries its time. */
export type SessionEvent =
  /** The time, and what was read of the world: the session's runs, the kill switch, how long its experiments take. */
  | {
      readonly type: 'look';
      readonly at: EpochMs;
      readonly killSwitch: Stops['killSwitch'];
      readonly runs: readonly SeenRun[];
      /** Of those that are asked for; null where an experiment is not registered. */
      readonly lengths: Readonly<Record<string, number | null>>;
      /** The game day as it is registered now; null where it is not any more. Left out once the session has begun. */
      readonly registered?: RegisteredNow | null;
    }
  /** Somebody lets a pause end, as they saw it. */
  | { readonly type: 'continue'; readonly at: EpochMs; readonly by: string; readonly seq: number }
  | {
      readonly type: 'approval';
      readonly at: EpochMs;
      readonly by: string;
      readonly approved: boolean;
      /** The publication that the person saw, and the kill switch's generation then. */
      readonly seq: number;
      readonly generation: number;
    }
  | { readonly type: 'abort'; readonly at: EpochMs; readonly by: string }
  | { readonly type: 'kill-switch'; readonly at: EpochMs; readonly generation: number }
  | {
      readonly type: 'result';
      readonly at: EpochMs;
      readonly command: number;
      readonly result: SessionResult;
    };

export interface RegisteredNow {
  readonly version: number;
  readonly gameDay: GameDay;
  readonly registeredBy: string;
}

/** A run of the session as it was read. Null: there is no such run, or it is another session's. */
export interface SeenRun {
  readonly run: RunId;
  readonly seen: {
    readonly phase: Phase;
    readonly outcome: Outcome | null;
    /** Why it ends early, as soon as that is known. */
    readonly abort: AbortReason | null;
  } | null;
}

export type SessionResult =
  | { readonly type: 'done' }
  /** The run exists. */
  | { readonly type: 'started' }
  /** The run does not exist, and will not: the reason why. */
  | { readonly type: 'refused'; readonly code: string; readonly reason: string }
  /** May have happened or not. */
  | { readonly type: 'failed'; readonly message: string };
