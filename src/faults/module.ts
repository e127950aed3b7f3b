import type { AwsClients } from '../aws/clients.ts';
import type { Permission } from '../aws/permission.ts';
import type { TargetFacts } from '../core/facts.ts';
import type { Run } from '../core/run.ts';
import type { Json, ReadResult } from '../engine/ports.ts';
import type { ControlPlaneFault, ControlPlaneKind } from '../generated/types.ts';

/** The parameters of a kind. */
export type ControlPlaneFaultOf<K extends ControlPlaneKind> = Extract<ControlPlaneFault, { kind: K }>;

/** One kind of control-plane fault: facts about it, and what it changes. Loads no AWS client. */
export interface ControlPlaneFaultModule<K extends ControlPlaneKind> {
  /** One sentence fragment for people, with the target's name: what the fault does. */
  explain(fault: ControlPlaneFaultOf<K>): string;
  /** What may be lost for good, for people; null where nothing is. The target is unknown where only the file is. */
  losesData(fault: ControlPlaneFaultOf<K>, target?: TargetFacts): string | null;
  /** Metrics that rise where somebody met the fault, by the target's id. Without them nobody can see what it does. */
  traces?(fault: ControlPlaneFaultOf<K>, targetId: string): readonly Trace[];
  /** Faults of one run with the same changer on the same target are one unit. */
  readonly changer: Changer;
}

/** A metric of CloudWatch that is above zero where a fault made a difference to somebody. */
export interface Trace {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A module as seen by who has a fault of some kind: it is handed only faults of its own. */
export interface AnyControlPlaneFaultModule {
  explain(fault: ControlPlaneFault): string;
  losesData(fault: ControlPlaneFault, target?: TargetFacts): string | null;
  traces?(fault: ControlPlaneFault, targetId: string): readonly Trace[];
  readonly changer: Changer;
}

/** One changeable aspect of one type of resource, such as a function's reserved concurrency. */
export interface Changer {
  /** Of the driver and the lock: `lambda-concurrency`. */
  readonly name: string;
  /** How long AWS may show old values. */
  readonly settleMs: number;
  /** What someone else's change may meet between our read and our write, in a sentence for docs and `plan`. */
  readonly window: string;
  /** How it is put back, in a sentence for `plan`. */
  readonly undo: string;
  /** What AWS cannot do here, or does besides, in sentences for the docs. */
  readonly limits?: readonly string[];
  readonly permissions: readonly Permission[];
  /** Loads what makes the calls, with its AWS clients. */
  load(aws: AwsClients, own?: OwnFunctions): Promise<Effects>;
}

/** Functions of the controller that a changer invokes, by their names; empty where one is not deployed. */
export interface OwnFunctions {
  readonly rolePolicy: string;
}

/**
 * The calls that change a resource and put it back. Each is idempotent; `revert` works from any partial apply. A client
 * from `AwsClients.sendingOnce` makes the calls that change something; what AWS answers is told apart by `aws-errors.ts`.
 */
export interface Effects {
  /** The undo record: what a revert restores, and what the apply will have set. Changes nothing. */
  capture(context: ChangeContext): Promise<Json>;
  /** Sends each call once. Throws `EffectError` with `unknown: false` where it is certain that nothing may still land. */
  apply(context: AppliedContext): Promise<void>;
  /** Restores what is still ours, leaves what somebody else changed, and reads back. */
  revert(context: AppliedContext): Promise<ReadResult>;
  readBack(context: AppliedContext): Promise<ReadResult>;
}

export interface ChangeContext {
  readonly run: Run;
  readonly target: TargetFacts & { readonly id: string; readonly arn: string };
  /** All of the unit's faults, in the experiment's order. */
  readonly faults: readonly ControlPlaneFault[];
  /** Names what this run adds to a resource: letters, digits and hyphens, unique for run and unit, at most 40. */
  readonly marker: string;
  readonly signal: AbortSignal;
}

export interface AppliedContext extends ChangeContext {
  readonly undo: Json;
}
