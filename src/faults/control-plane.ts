import type { AwsClients } from '../aws/clients.ts';
import { isControlPlane } from '../core/placement.ts';
import type { TargetFacts } from '../core/facts.ts';
import type { Run, Unit, UnitPlan } from '../core/run.ts';
import { EffectError } from '../engine/errors.ts';
import type { EffectContext, FaultDriver, Json, ReadResult } from '../engine/ports.ts';
import type { ControlPlaneFault, Experiment } from '../generated/types.ts';
import type { AppliedContext, ChangeContext, Changer, Effects, OwnFunctions } from './module.ts';
import { effectErrorOf, withoutChange } from './changers/aws-errors.ts';
import { changers, moduleOf } from './of.ts';
import { mayLose } from './losses.ts';

/** A driver for every changer. Its AWS clients are loaded when it is first used. */
export function controlPlaneDrivers(aws: AwsClients, own?: OwnFunctions): readonly FaultDriver[] {
  return changers().map((changer) => new ControlPlaneDriver(changer, aws, own));
}

/** All of a run's faults with one changer on one target are one unit. */
export class ControlPlaneDriver implements FaultDriver {
  readonly name: string;
  readonly #changer: Changer;
  readonly #aws: AwsClients;
  readonly #own: OwnFunctions | undefined;
  #effects: Promise<Effects> | undefined;

  constructor(changer: Changer, aws: AwsClients, own?: OwnFunctions) {
    this.name = changer.name;
    this.#changer = changer;
    this.#aws = aws;
    this.#own = own;
  }

  plan(experiment: Experiment, targets: readonly TargetFacts[]): readonly UnitPlan[] {
    return targets.flatMap((target): readonly UnitPlan[] => {
      const faults = this.#faultsOn(experiment, target.name);
      if (target.id === null || faults.length === 0) return [];
      const resource = `${this.name}:${target.id}`;
      return [
        {
          id: resource,
          driver: this.name,
          resource,
          target: target.name,
          faults: faults.map(({ id }) => id),
          settleMs: this.#changer.settleMs,
          losesData: faults.filter(({ fault }) => mayLose(fault, target)).map(({ id }) => id),
        },
      ];
    });
  }

  async capture(context: EffectContext): Promise<Json> {
    return this.#doing('Looking at', context, async (effects) => effects.capture(this.#contextOf(context)));
  }

  async apply(context: EffectContext): Promise<void> {
    return this.#doing('Changing', context, async (effects) =>
      effects.apply(this.#appliedContextOf(context)),
    );
  }

  async revert(context: EffectContext): Promise<ReadResult> {
    return this.#doing('Restoring', context, async (effects) =>
      effects.revert(this.#appliedContextOf(context)),
    );
  }

  async readBack(context: EffectContext): Promise<ReadResult> {
    return this.#doing('Reading', context, async (effects) =>
      effects.readBack(this.#appliedContextOf(context)),
    );
  }

  /** Where a call fails, it says whether something may have been changed. */
  async #doing<T>(verb: string, { unit }: EffectContext, work: (effects: Effects) => Promise<T>): Promise<T> {
    const effects = await withoutChange(`Loading ${this.name}`, () => this.#load());
    try {
      return await work(effects);
    } catch (error) {
      throw effectErrorOf(error, `${verb} ${unit.resource}`);
    }
  }

  /** A failed import is tried again. */
  #load(): Promise<Effects> {
    this.#effects ??= this.#changer.load(this.#aws, this.#own).catch((error: unknown) => {
      this.#effects = undefined;
      throw error;
    });
    return this.#effects;
  }

  #contextOf({ run, unit, signal }: EffectContext): ChangeContext {
    const target = run.targets.find((candidate) => candidate.name === unit.target);
    if (target === undefined || target.id === null || target.arn === null)
      throw new EffectError('target-unknown', `Run ${run.id}: target ${unit.target} is not known`, {
        unknown: false,
      });
    const { id, arn } = target;
    const faults = this.#faultsOn(run.experiment, target.name).map(({ fault }) => fault);
    return { run, target: { ...target, id, arn }, faults, marker: markerOf(run, unit), signal };
  }

  #appliedContextOf(context: EffectContext): AppliedContext {
    if (context.undo === undefined)
      throw new EffectError('no-undo-record', `Unit ${context.unit.id} has no undo record`, {
        unknown: false,
      });
    return { ...this.#contextOf(context), undo: context.undo };
  }

  #faultsOn(
    experiment: Experiment,
    target: string,
  ): readonly { readonly id: string; readonly fault: ControlPlaneFault }[] {
    return experiment.faults.flatMap((fault, index) =>
      fault.target === target && isControlPlane(fault) && moduleOf(fault).changer === this.#changer
        ? [{ id: `f${index + 1}`, fault }]
        : [],
    );
  }
}

/** The same for the same run and unit, so that a revert finds what an apply added. */
export function markerOf(run: Pick<Run, 'id'>, unit: Pick<Unit, 'id'>): string {
  return `Inoculate${fingerprint(`${run.id} ${unit.id}`)}`;
}

/** 64-bit FNV-1a in hexadecimal. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}
