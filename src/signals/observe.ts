import { cohortsOf } from '../core/cohorts.ts';
import type { Evidence, TargetObservation } from '../core/evidence.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Run, Unit } from '../core/run.ts';
import { sumTelemetry } from '../core/telemetry.ts';
import type { FunctionStore, Ports } from '../engine/ports.ts';
import type { Experiment, Signal } from '../generated/types.ts';
import { signals } from './index.ts';
import type { AnySignalModule, HypothesisSpec } from './module.ts';

type ReadTelemetry = FunctionStore['readTelemetry'];

/** What an experiment claims, and what of it cannot be judged. */
export interface Claims {
  readonly hypotheses: readonly HypothesisSpec[];
  readonly notJudged: Run['notJudged'];
}

/** Groups exist only in functions that get a dose: a signal of any other function cannot be compared. */
export function claimsOf(experiment: Experiment): Claims {
  const dosed = new Set(experiment.faults.map((fault) => fault.target));
  const judged = experiment.steadyState.filter((signal) => dosed.has(signal.target));
  return {
    hypotheses: judged.flatMap((signal) => moduleOf(signal).hypotheses(signal)),
    notJudged: experiment.steadyState
      .filter((signal) => !dosed.has(signal.target))
      .map((signal) => ({
        signal: signal.name,
        why: `${signal.target} gets no fault, so it has no groups to compare.`,
      })),
  };
}

/** Reads what every realm of every dosed function has reported, and judges the signals on it. */
export function observer(readTelemetry: ReadTelemetry): Ports['observe'] {
  return async (run, final, at) => {
    const dosed = run.units.filter((unit) => unit.driver === 'dose');
    const targets = await Promise.all(dosed.map((unit) => observeUnit(readTelemetry, run, unit, final, at)));
    const evidence = run.experiment.steadyState.flatMap((signal): readonly Evidence[] => {
      const observation = targets.find((target) => target.target === signal.target);
      return observation === undefined ? [] : moduleOf(signal).judge(signal, observation, run.settings.judge);
    });
    return { targets, evidence };
  };
}

async function observeUnit(
  readTelemetry: ReadTelemetry,
  run: Run,
  unit: Unit,
  final: boolean,
  at: EpochMs,
): Promise<TargetObservation> {
  const target = run.targets.find((candidate) => candidate.name === unit.target);
  if (target?.type !== 'function' || target.id === null)
    throw new Error(`Run ${run.id}: target ${unit.target} has no function`);
  const { items, malformed } = await readTelemetry(target.id, run.id);
  if (malformed.length > 0)
    throw new Error(`Telemetry that is not what the layer writes: ${malformed.join(', ')}`);
  return sumTelemetry(items, {
    target: unit.target,
    at,
    tick: cohortsOf(run),
    deadlineMs: target.timeoutMs,
    graceMs: run.settings.graceMs,
    final,
  });
}

export function moduleOf(signal: Signal): AnySignalModule {
  return signals[signal.signal];
}
