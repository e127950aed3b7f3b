import { allParts, type CheckSpec } from '../core/checks.ts';
import { cohortsOf } from '../core/cohorts.ts';
import type { Evidence, TargetObservation } from '../core/evidence.ts';
import { onlyDirectives } from '../core/directives.ts';
import type { EpochMs } from '../core/ids.ts';
import { isInFunction } from '../core/placement.ts';
import type { Run, Unit } from '../core/run.ts';
import { sumTelemetry } from '../core/telemetry.ts';
import type { FunctionStore, Ports } from '../engine/ports.ts';
import type { Experiment, Signal } from '../generated/types.ts';
import { checkModuleOf, comparisonModuleOf, isComparison } from './modules.ts';
import type { HypothesisSpec } from './module.ts';

type ReadTelemetry = FunctionStore['readTelemetry'];

/** What an experiment claims, and what of it cannot be judged. */
export interface Claims {
  readonly hypotheses: readonly HypothesisSpec[];
  readonly checks: readonly CheckSpec[];
  readonly notJudged: Run['notJudged'];
}

/** Why a signal cannot be judged on some host; null where it can. */
export type Obstacle = (signal: Signal) => string | null;

/** Groups exist only in functions that get a dose: a signal of any other function cannot be compared. */
export function claimsOf(experiment: Experiment, obstacle: Obstacle = () => null): Claims {
  const grouped = onlyDirectives(experiment) ? [] : experiment.faults.filter(isInFunction);
  const dosed = new Set(grouped.map((fault) => fault.target));
  const obstacleTo = (signal: Signal): string | null =>
    isComparison(signal) && !dosed.has(signal.target)
      ? `${signal.target} gets no fault within the function, so it has no groups to compare.`
      : obstacle(signal);
  const judged = experiment.steadyState.filter((signal) => obstacleTo(signal) === null);
  return {
    hypotheses: judged.flatMap((signal) =>
      isComparison(signal) ? comparisonModuleOf(signal).hypotheses(signal) : [],
    ),
    checks: judged.flatMap((signal) => (isComparison(signal) ? [] : [specOf(signal)])),
    notJudged: experiment.steadyState.flatMap((signal) => {
      const why = obstacleTo(signal);
      return why === null ? [] : [{ signal: signal.name, why }];
    }),
  };
}

function specOf(signal: Exclude<Signal, { target: string }>): CheckSpec {
  const module = checkModuleOf(signal);
  const { name, when = allParts, tolerates = module.toleratesByDefault } = signal;
  const knownAfterMs = module.knownAfterMs(signal);
  return { signal: name, claim: module.claim(signal), when, tolerates, knownAfterMs };
}

/** Reads what every realm of every dosed function has reported, and judges the signals on it. */
export function observer(readTelemetry: ReadTelemetry): Ports['observe'] {
  return async (run, final, at) => {
    const dosed = run.units.filter((unit) => unit.driver === 'dose');
    const targets = await Promise.all(dosed.map((unit) => observeUnit(readTelemetry, run, unit, final, at)));
    const evidence = run.experiment.steadyState.flatMap((signal): readonly Evidence[] => {
      if (!isComparison(signal)) return [];
      const observation = targets.find((target) => target.target === signal.target);
      return observation === undefined
        ? []
        : comparisonModuleOf(signal).judge(signal, observation, run.settings.judge);
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
