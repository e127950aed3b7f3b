import { EffectError } from '../engine/errors.ts';
import type { EffectContext, FaultDriver, Json, ReadResult } from '../engine/ports.ts';
import type { TargetFacts } from '../core/facts.ts';
import type { Run, Unit, UnitPlan } from '../core/run.ts';
import type { Experiment } from '../generated/types.ts';
import { faultIds } from '../core/guards.ts';

/** What a resource holds: null is "not set". */
export type Value = string | null;

interface State {
  readonly from: number;
  readonly version: number;
  readonly value: Value;
  readonly exists: boolean;
}

/** States that a read may still show: more than anybody writes within the settle time. */
const remembered = 20;

/** A piece of AWS configuration: written under a condition on its version, and read with a delay. */
export class SimResource {
  readonly name: string;
  readonly settleMs: number;
  #states: readonly [State, ...State[]];

  constructor(name: string, settleMs: number, value: Value) {
    this.name = name;
    this.settleMs = settleMs;
    this.#states = [{ from: -Infinity, version: 1, value, exists: true }];
  }

  /** What is true now, whatever is shown. */
  get truth(): State {
    return this.#states[0];
  }

  /** What a read shows that looks `staleMs` into the past. */
  readAt(now: number, staleMs: number): State {
    return this.#states.find((state) => state.from <= now - staleMs) ?? this.truth;
  }

  /** False where the version is another one by now. */
  write(now: number, value: Value, expectedVersion: number | null): boolean {
    const { version, exists } = this.truth;
    if (!exists || (expectedVersion !== null && expectedVersion !== version)) return false;
    this.#enter({ from: now, version: version + 1, value, exists: true });
    return true;
  }

  remove(now: number): void {
    this.#enter({ ...this.truth, from: now, version: this.truth.version + 1, exists: false });
  }

  #enter(state: State): void {
    this.#states = [state, ...this.#states.slice(0, remembered)];
  }
}

/** What this run writes into a resource. */
export function faultOf(run: Pick<Run, 'id'>): string {
  return `fault:${run.id}`;
}

export function isFault(value: Value): value is string {
  return value?.startsWith('fault:') === true;
}

/** The two calls that change or show a resource, as one process makes them. */
export interface ResourceApi {
  read(name: string): Promise<State>;
  /** `leaseUntil` by the caller's clock: after it no effect. */
  write(name: string, value: Value, version: number, leaseUntil: number | null): Promise<boolean>;
}

/** How functions are told apart here: those of the name `policy-…` get a control-plane fault, the others a dose. */
export function hasPolicy(functionName: string): boolean {
  return functionName.startsWith('policy-');
}

/** A control-plane fault as most are: capture, change and restore one value, under a condition on its version. */
export class PolicyDriver implements FaultDriver {
  readonly name = 'policy';
  readonly #api: ResourceApi;
  readonly #settleMs: number;

  constructor(api: ResourceApi, settleMs: number) {
    this.#api = api;
    this.#settleMs = settleMs;
  }

  plan(experiment: Experiment, targets: readonly TargetFacts[]): readonly UnitPlan[] {
    return targets.flatMap((target): readonly UnitPlan[] => {
      if (target.id === null || !hasPolicy(target.id)) return [];
      const faults = faultIds(experiment).filter(
        (_, index) => experiment.faults[index]?.target === target.name,
      );
      if (faults.length === 0) return [];
      const resource = `policy:${target.id}`;
      const settleMs = this.#settleMs;
      return [
        { id: resource, driver: 'policy', resource, target: target.name, faults, settleMs, losesData: [] },
      ];
    });
  }

  async capture({ unit }: EffectContext): Promise<Json> {
    const { value, version, exists } = await this.#api.read(unit.resource);
    if (!exists) throw new EffectError('absent', `${unit.resource} is gone`, { unknown: false });
    if (isFault(value))
      throw new EffectError('not-clean', `${unit.resource} shows ${value}`, { unknown: false });
    return { value, version };
  }

  async apply({ run, unit, undo }: EffectContext): Promise<void> {
    const { version } = captured(undo);
    const leaseUntil = unit.state.at === 'applying' ? unit.state.leaseUntil : 0;
    const written = await this.#api.write(unit.resource, faultOf(run), version, leaseUntil);
    // A request that was sent again by itself may have found its own first effect: so this is not certain.
    if (!written) throw new EffectError('changed', `${unit.resource} has changed`, { unknown: true });
  }

  async revert(context: EffectContext): Promise<ReadResult> {
    const { run, unit, undo } = context;
    const state = await this.#api.read(unit.resource);
    if (state.exists && state.value === faultOf(run))
      await this.#api.write(unit.resource, captured(undo).value, state.version, null);
    return this.readBack(context);
  }

  async readBack({ run, unit, undo }: EffectContext): Promise<ReadResult> {
    return this.#show(run, unit, captured(undo).value);
  }

  async #show(run: Run, unit: Unit, before: Value): Promise<ReadResult> {
    const { value, exists } = await this.#api.read(unit.resource);
    if (!exists) return { read: 'absent', detail: '' };
    if (value === faultOf(run)) return { read: 'ours', detail: '' };
    return value === before ? { read: 'clean', detail: '' } : { read: 'drift', detail: `shows ${value}` };
  }
}

function captured(undo: Json | undefined): { readonly value: Value; readonly version: number } {
  if (typeof undo === 'object' && undo !== null && 'value' in undo && 'version' in undo) {
    const { value, version } = undo;
    if ((typeof value === 'string' || value === null) && typeof version === 'number')
      return { value, version };
  }
  throw new Error(`Not an undo record of a policy: ${JSON.stringify(undo)}`);
}
