import type { CheckResult } from './checks.ts';
import type { Evidence, TargetObservation } from './evidence.ts';
import type { Facts, Stops } from './facts.ts';
import type { EpochMs, ResourceId, UnitId } from './ids.ts';

/** What the engine hands to `decide`. Every event carries its time. */
export type RunEvent =
  | { readonly type: 'tick'; readonly at: EpochMs; readonly epoch: number; readonly n: number }
  | { readonly type: 'sweep'; readonly at: EpochMs }
  | { readonly type: 'alarm'; readonly at: EpochMs; readonly alarm: string; readonly state: string }
  | { readonly type: 'abort'; readonly at: EpochMs; readonly by: string }
  | { readonly type: 'kill-switch'; readonly at: EpochMs; readonly on: boolean; readonly generation: number }
  | {
      readonly type: 'approval';
      readonly at: EpochMs;
      readonly by: string;
      readonly approved: boolean;
      /** The change of phase that the person saw, and the kill switch's generation then. */
      readonly seq: number;
      readonly generation: number;
    }
  /** Puts off a start that has not come yet. */
  | { readonly type: 'postpone'; readonly at: EpochMs; readonly by: string; readonly startAt: EpochMs }
  | {
      readonly type: 'result';
      readonly at: EpochMs;
      readonly command: number;
      readonly result: CommandResult;
    };

export type CommandResult =
  /** Carried out; nothing to tell. */
  | { readonly type: 'done' }
  /** Could not be carried out; has had no effect unless `unknown`. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly unknown: boolean }
  | { readonly type: 'facts'; readonly facts: Facts }
  | {
      readonly type: 'locked';
      readonly epochs: Readonly<Record<ResourceId, number>>;
      /** When runs before this one freed what they had changed. */
      readonly usedAt?: Readonly<Record<ResourceId, EpochMs>>;
    }
  | { readonly type: 'lock-held'; readonly resource: ResourceId; readonly by: string }
  | { readonly type: 'stops'; readonly stops: Stops }
  | { readonly type: 'read'; readonly read: ReadBack; readonly detail: string }
  | {
      readonly type: 'observed';
      readonly stops: Stops;
      readonly targets: readonly TargetObservation[];
      readonly evidence: readonly Evidence[];
      readonly checks: readonly CheckResult[];
      readonly effects: readonly UnitObservation[];
    };

/** What a look saw of a control-plane change: whether it made any difference to anybody; null where that is not known. */
export interface UnitObservation {
  readonly unit: UnitId;
  readonly inEffect: boolean | null;
  /** For people: "12 calls were throttled". */
  readonly detail: string;
}

/**
 * What a resource shows: `clean` the captured value; `ours` still this run's change; `drift` a value of somebody
 * else's; `absent` no resource any more.
 */
export type ReadBack = 'clean' | 'ours' | 'drift' | 'absent';
