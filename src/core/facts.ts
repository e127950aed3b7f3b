import type { EpochMs } from './ids.ts';
import type { UnitPlan } from './run.ts';

/** What guards decide on, gathered by the engine just before. */
export interface Facts {
  readonly at: EpochMs;
  readonly limits: Limits;
  readonly stops: Stops;
  readonly window: { readonly open: boolean; readonly reason: string };
  readonly targets: readonly TargetFacts[];
  /** What would be changed, by the drivers of the experiment's faults. */
  readonly units: readonly UnitPlan[];
}

/** Caps of the settings; nothing in an experiment file can widen them. */
export interface Limits {
  readonly maxExposure: number;
  readonly maxDurationMs: number;
  readonly maxRunsAtOnce: number;
  readonly runsNow: number;
  readonly allowedKinds: readonly string[] | 'all';
  readonly approvalRequired: boolean;
}

/** What stops a run at once. Read at the start, between saving `injecting` and applying, and at every tick. */
export interface Stops {
  readonly killSwitch: { readonly on: boolean; readonly generation: number };
  readonly alarms: readonly { readonly name: string; readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' }[];
}

export interface TargetFacts {
  /** Its name in the experiment. */
  readonly name: string;
  /** The function's deployed name; null where there is no such function. */
  readonly function: string | null;
  readonly optedIn: boolean;
  /** In the controller's own account and Region. */
  readonly local: boolean;
  readonly layerAttached: boolean;
  readonly timeoutMs: number;
  /** Whether its events are asynchronous, so that a failed one may be lost; null where that cannot be known. */
  readonly asynchronous: boolean | null;
}
