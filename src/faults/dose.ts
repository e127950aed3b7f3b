import type { TargetFacts } from '../core/facts.ts';
import type { Run, Unit, UnitPlan } from '../core/run.ts';
import { isInFunction } from '../core/placement.ts';
import { cohortsOf } from '../core/cohorts.ts';
import { exposureOf } from '../core/exposure.ts';
import type { Dose, Experiment, Fault } from '../generated/types.ts';
import { EffectError } from '../engine/errors.ts';
import type { EffectContext, FaultDriver, FunctionStore, Json, ReadResult } from '../engine/ports.ts';
import { moduleOf } from '../layer/faults/of.ts';
import { LN_GAMMA } from '../stats/histogram.ts';
import { mayLose } from './losses.ts';

/** The layer's deadline on reading a dose: a revert is sure to be seen after staleness limit plus this. */
const doseReadDeadlineMs = 1_000;

const directiveKeyBytes = 32;

/** Bytes that nobody can guess, in base64url. */
export type RandomText = (bytes: number) => string;

type Doses = Pick<FunctionStore, 'readDose' | 'writeDose' | 'clearDose'>;

/** All in-function faults of a run on one function are one unit: its dose. */
export class DoseDriver implements FaultDriver {
  readonly name = 'dose';
  readonly #doses: Doses;
  readonly #random: RandomText;

  constructor(doses: Doses, random: RandomText) {
    this.#doses = doses;
    this.#random = random;
  }

  plan(experiment: Experiment, targets: readonly TargetFacts[], run: Run): readonly UnitPlan[] {
    const settleMs = run.settings.stalenessMs + doseReadDeadlineMs;
    return targets.flatMap((target): readonly UnitPlan[] => {
      const faults = numbered(experiment).filter(
        ({ fault }) => fault.target === target.name && isInFunction(fault),
      );
      if (target.type !== 'function' || target.id === null || faults.length === 0) return [];
      const resource = `dose:${target.id}`;
      const losesData = faults.filter(({ fault }) => mayLose(fault, target)).map(({ id }) => id);
      return [
        {
          id: resource,
          driver: this.name,
          resource,
          target: target.name,
          faults: faults.map(({ id }) => id),
          settleMs,
          losesData,
        },
      ];
    });
  }

  async capture({ run, unit }: EffectContext): Promise<Json> {
    const before = await this.#doses.readDose(functionOf(run, unit));
    if (
      before !== undefined &&
      !before.cleared &&
      before.expiresAt > run.phaseSince &&
      before.epoch !== (run.locks[unit.resource] ?? 0)
    )
      throw new EffectError('dose-in-place', `${unit.resource} holds a dose that is not this run's`, {
        unknown: false,
      });
    return before === undefined ? null : { ...before };
  }

  async apply({ run, unit, epoch }: EffectContext): Promise<void> {
    // The key is nowhere but in the dose: another one with each write does no harm.
    const key = run.experiment.directives === true ? this.#random(directiveKeyBytes) : undefined;
    const written = await this.#doses.writeDose(doseOf(run, unit, epoch, key));
    if (!written)
      throw new EffectError('superseded', `${unit.resource} was reverted or taken over meanwhile`, {
        unknown: false,
      });
  }

  async revert(context: EffectContext): Promise<ReadResult> {
    await this.#doses.clearDose(functionOf(context.run, context.unit), context.epoch);
    return this.readBack(context);
  }

  async readBack({ run, unit, epoch }: EffectContext): Promise<ReadResult> {
    const now = await this.#doses.readDose(functionOf(run, unit));
    if (now === undefined || (now.cleared && now.epoch === epoch)) return { read: 'clean', detail: '' };
    if (now.epoch > epoch)
      return { read: 'drift', detail: `a later run holds the dose (epoch ${now.epoch})` };
    // A tombstone of an earlier epoch would still let a late write of ours through.
    return { read: 'ours', detail: `epoch ${now.epoch}${now.cleared ? ', cleared' : ''}` };
  }
}

/** What the layer of the unit's function reads. */
export function doseOf(run: Run, unit: Unit, epoch: number, directiveKey?: string): Dose {
  if (run.injection === null) throw new Error(`Run ${run.id} has no injection to make a dose of`);
  const wanted = new Set(unit.faults);
  const faults = numbered(run.experiment).flatMap(({ id, fault }) =>
    wanted.has(id) && isInFunction(fault) ? [{ id, fault }] : [],
  );
  return {
    version: 1,
    runId: run.id,
    epoch,
    function: functionOf(run, unit),
    expiresAt: run.injection.expiresAt,
    salt: run.settings.salt,
    exposure: exposureOf(run.experiment),
    tick: cohortsOf(run),
    stalenessMs: run.settings.stalenessMs,
    acknowledgeStart: faults.some(({ fault }) => moduleOf(fault).canEndProcess),
    lnGamma: LN_GAMMA,
    ...breakerOf(run.experiment),
    ...(directiveKey === undefined ? {} : { directiveKey }),
    faults,
  };
}

/** What each sandbox decides for itself, without waiting for the controller. */
function breakerOf({ abort }: Experiment): Pick<Dose, 'breaker'> {
  const failures = abort?.failuresPerSandbox;
  return failures === undefined ? {} : { breaker: { failures } };
}

function numbered(experiment: Experiment): readonly { id: string; fault: Fault }[] {
  return experiment.faults.map((fault, index) => ({ id: `f${index + 1}`, fault }));
}

/** The name of the function whose dose a unit is. */
export function functionOf(run: Run, unit: Unit): string {
  const target = run.targets.find((candidate) => candidate.name === unit.target);
  if (target?.type !== 'function' || target.id === null)
    throw new Error(`Run ${run.id}: target ${unit.target} has no function`);
  return target.id;
}
