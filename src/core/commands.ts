import type { EpochMs, ResourceId, RunId, UnitId } from './ids.ts';
import type { RunStateChange } from './publication.ts';

/**
 * What the engine must carry out. Commands live in the run's outbox from the save that decided them until the save that
 * knows their result. All but `apply` may be carried out again; `apply` is carried out once, by the process whose save
 * issued it, and an unknown outcome counts as applied.
 */
export type Command =
  | { readonly type: 'gather-facts' }
  /** For how long they must have been left alone is judged once they are locked. */
  | { readonly type: 'lock'; readonly resources: readonly ResourceId[]; readonly cooldownMs?: number }
  /** Frees the locks, and the run's place among those at once. */
  | { readonly type: 'unlock'; readonly resources: readonly ResourceId[] }
  | { readonly type: 'capture'; readonly unit: UnitId }
  | { readonly type: 'check-stops' }
  | { readonly type: 'apply'; readonly unit: UnitId; readonly leaseUntil: EpochMs }
  | { readonly type: 'revert'; readonly unit: UnitId }
  | { readonly type: 'read-back'; readonly unit: UnitId }
  | { readonly type: 'observe'; readonly final: boolean }
  | { readonly type: 'watch-alarms'; readonly alarms: readonly string[] }
  | { readonly type: 'unwatch'; readonly alarms: readonly string[] }
  | { readonly type: 'arm-dead-man'; readonly at: EpochMs; readonly units: readonly UnitId[] }
  | { readonly type: 'disarm-dead-man' }
  /** Nothing is restored from the units' undo records any more. */
  | { readonly type: 'expire-undo'; readonly units: readonly UnitId[] }
  | { readonly type: 'schedule-tick'; readonly epoch: number; readonly n: number; readonly at: EpochMs }
  /** Writes what rides in the run, up to this entry. */
  | { readonly type: 'journal'; readonly through: number }
  | { readonly type: 'publish'; readonly change: RunStateChange }
  | { readonly type: 'page'; readonly run: RunId; readonly message: string };

export type CommandType = Command['type'];

/** A command in the outbox. */
export interface OutboxEntry {
  /** Unique in the run, ascending. */
  readonly id: number;
  /** Version of the command's form: what a newer controller does not know it only reverts. */
  readonly schema: 1;
  readonly command: Command;
  /** When it was first handed out: a result may be as old as that. */
  readonly issuedAt: EpochMs;
  /** How often it has been handed out. */
  readonly attempts: number;
  /** Without a result by then, a tick hands it out again. */
  readonly retryAt: EpochMs;
}
