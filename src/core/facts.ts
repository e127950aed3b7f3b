import type { CheckResult } from './checks.ts';
import type { EpochMs } from './ids.ts';
import type { UnitPlan } from './run.ts';

/** What guards decide on, gathered by the engine just before. */
export interface Facts {
  readonly at: EpochMs;
  readonly limits: Limits;
  readonly stops: Stops;
  /** Whether the whole of the run may be under way; `code` says what forbids it. */
  readonly window: { readonly open: boolean; readonly reason: string; readonly code?: string };
  readonly targets: readonly TargetFacts[];
  /** What would be changed, by the drivers of the experiment's faults. */
  readonly units: readonly UnitPlan[];
  /** What must hold before the fault, looked at right before it: empty when the run is only requested. */
  readonly checks: readonly CheckResult[];
}

/** Caps of the settings; nothing in an experiment file can widen them. */
export interface Limits {
  readonly maxExposure: number;
  readonly maxDurationMs: number;
  readonly maxRunsAtOnce: number;
  readonly runsNow: number;
  /** Names of kinds; `dependency.*` stands for all that begin so. */
  readonly allowedKinds: readonly string[] | 'all';
  readonly approvalRequired: boolean;
  /** An experiment needs an alarm that ends it. */
  readonly alarmsRequired?: boolean;
  /** How long a resource is left alone after a run. */
  readonly cooldownMs?: number;
  /** Why nothing may run here, or this experiment may not. */
  readonly refusals?: readonly { readonly code: string; readonly reason: string }[];
}

/** What stops a run at once. Read at the start, between saving `injecting` and applying, and at every tick. */
export interface Stops {
  readonly killSwitch: { readonly on: boolean; readonly generation: number };
  readonly alarms: readonly { readonly name: string; readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' }[];
}

/** What can be a target: a function, or a resource that a control-plane fault changes. */
export type TargetType =
  | 'function'
  | 'event-source'
  | 'table'
  | 'queue'
  | 'topic'
  | 'bucket'
  | 'rule'
  | 'api-stage'
  | 'health-check'
  | 'fis-template';

export type TargetFacts = FunctionFacts | ResourceFacts;

interface CommonFacts {
  /** Its name in the experiment. */
  readonly name: string;
  /** What its service knows it by: a function's, table's or bucket's name, a queue's address; null where there is no such thing. */
  readonly id: string | null;
  /** Null where there is no such thing, or none is known, as on one machine. */
  readonly arn: string | null;
  readonly optedIn: boolean;
  /** In the controller's own account and Region. */
  readonly local: boolean;
}

export interface FunctionFacts extends CommonFacts {
  readonly type: 'function';
  readonly layerAttached: boolean;
  readonly timeoutMs: number;
  /** Whether its events are asynchronous, so that a failed one may be lost; null where that cannot be known. */
  readonly asynchronous: boolean | null;
  /** Several invocations may run at once in one process of it; absent where nobody looked. */
  readonly sharesProcess?: boolean;
  /** What hands it batches of records; absent where nobody looked. */
  readonly batches?: readonly BatchSource[];
}

/** A queue or stream that is read for a function. */
export interface BatchSource {
  /** Its name. */
  readonly name: string;
  /** Of a batch, single records can be reported as failed: ReportBatchItemFailures. */
  readonly reportsItemFailures: boolean;
}

export interface ResourceFacts extends CommonFacts {
  readonly type: Exclude<TargetType, 'function'>;
}
