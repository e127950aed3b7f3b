import { batchRefusals } from './batches.ts';
import { describeBreak } from './checks.ts';
import { acceptLoss, acceptsDataLoss, describeLoss, type Loss } from './data-loss.ts';
import { exposureOf } from './exposure.ts';
import type { Facts } from './facts.ts';
import { isInFunction } from './placement.ts';
import type { Run } from './run.ts';
import { sharedProcessRefusals } from './shared-process.ts';

/** Why a run may not go on, with what would be right. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

type Guard = (run: Run, facts: Facts) => readonly Refusal[];

const killSwitch: Guard = (_run, facts) =>
  facts.stops.killSwitch.on ? [{ code: 'kill-switch', reason: 'The kill switch is on.' }] : [];

/** Before the run is accepted its slot counts; afterwards the time at which it was to start, or was allowed to. */
const slotAge: Guard = (run, facts) => {
  const accepted = run.phase === 'checking' ? Math.max(run.startAt, run.approval?.at ?? 0) : 0;
  const ageMs = facts.at - Math.max(run.slot.at, accepted);
  return ageMs > run.settings.maxSlotAgeMs
    ? [
        {
          code: 'slot-too-old',
          reason: `The slot is ${Math.round(ageMs / 60_000)} minutes old; at most ${run.settings.maxSlotAgeMs / 60_000} are allowed, since requests may be delivered late or replayed.`,
        },
      ]
    : [];
};

/** What the settings refuse whatever the experiment is like. */
const settings: Guard = (_run, { limits }) => limits.refusals ?? [];

const window: Guard = (_run, facts) =>
  facts.window.open ? [] : [{ code: facts.window.code ?? 'outside-window', reason: facts.window.reason }];

const caps: Guard = ({ experiment }, { limits }) => {
  const refusals: Refusal[] = [];
  const exposure = exposureOf(experiment);
  if (exposure > limits.maxExposure)
    refusals.push({
      code: 'exposure-too-large',
      reason: `Exposure ${percent(exposure)} is above the cap of ${percent(limits.maxExposure)}.`,
    });
  if (experiment.duration > limits.maxDurationMs)
    refusals.push({
      code: 'duration-too-long',
      reason: `Duration ${experiment.duration / 1000} s is above the cap of ${limits.maxDurationMs / 1000} s.`,
    });
  if (limits.runsNow >= limits.maxRunsAtOnce)
    refusals.push({
      code: 'too-many-runs',
      reason: `${limits.runsNow} runs are active; at most ${limits.maxRunsAtOnce} may be at once.`,
    });
  return refusals;
};

const kinds: Guard = ({ experiment }, { limits }) => {
  const { allowedKinds } = limits;
  if (allowedKinds === 'all') return [];
  return [...new Set(experiment.faults.map((fault) => fault.kind))]
    .filter((kind) => !allowedKinds.some((allowed) => fits(allowed, kind)))
    .map((kind) => ({ code: 'kind-not-allowed', reason: `Faults of kind ${kind} are not allowed here.` }));
};

function fits(allowed: string, kind: string): boolean {
  return allowed.endsWith('*') ? kind.startsWith(allowed.slice(0, -1)) : kind === allowed;
}

/** What nothing but its planned end could stop is no experiment. */
const stopConditions: Guard = ({ experiment: { abort } }, { limits }) => {
  if (alarmNames(abort?.alarms).length > 0) return [];
  if (abort?.onDeviation === false)
    return [
      {
        code: 'no-stop-condition',
        reason:
          'Nothing would end this experiment early: name alarms in abort.alarms, or leave onDeviation on.',
      },
    ];
  return limits.alarmsRequired === true
    ? [
        {
          code: 'alarms-required',
          reason: 'The settings ask for an alarm that ends the run: name one in abort.alarms.',
        },
      ]
    : [];
};

/** Two names for one resource would be two units for it, and the second would replace what the first did. */
const sameTarget: Guard = ({ experiment }, facts) => {
  const faulted = facts.targets.filter(
    (target) => target.id !== null && experiment.faults.some((fault) => fault.target === target.name),
  );
  return faulted
    .filter(
      (target, index) =>
        faulted.findIndex((other) => other.type === target.type && other.id === target.id) < index,
    )
    .map(({ name, id }) => ({
      code: 'target-twice',
      reason: `Target ${name} is ${id}, which another target of this experiment is as well. Give it one name.`,
    }));
};

const targets: Guard = ({ experiment }, facts) =>
  [...new Set(experiment.faults.map((fault) => fault.target))].flatMap((name): readonly Refusal[] => {
    const target = facts.targets.find((candidate) => candidate.name === name);
    if (target === undefined || target.id === null)
      return [{ code: 'target-unknown', reason: `Target ${name} does not exist.` }];
    if (!target.local)
      return [{ code: 'target-elsewhere', reason: `Target ${name} is in another account or Region.` }];
    if (!target.optedIn)
      return [{ code: 'not-opted-in', reason: `Target ${name} does not carry the opt-in tag.` }];
    if (target.type === 'function' && !target.layerAttached && needsLayer(experiment, name))
      return [{ code: 'layer-missing', reason: `Target ${name} runs without Inoculate's layer.` }];
    return [];
  });

function needsLayer(experiment: Run['experiment'], target: string): boolean {
  return experiment.faults.some((fault) => fault.target === target && isInFunction(fault));
}

/** What may be lost for good is put at risk only by name. */
const dataLoss: Guard = ({ experiment }, facts) =>
  facts.units
    .flatMap((unit) =>
      unit.losesData.map((id) => ({ id, unit, fault: experiment.faults[Number(id.slice(1)) - 1] })),
    )
    .filter(({ fault }) => fault === undefined || !acceptsDataLoss(fault))
    .map(({ id, unit, fault }) => ({
      code: 'data-loss',
      reason: `${describeLoss({ id, kind: fault?.kind ?? 'unknown', target: unit.target, ...callersOf(facts, unit.target) })} ${acceptLoss}`,
    }));

function callersOf({ targets }: Facts, name: string): Pick<Loss, 'asynchronous'> {
  const target = targets.find((candidate) => candidate.name === name);
  return target?.type === 'function' ? { asynchronous: target.asynchronous } : {};
}

const batches: Guard = ({ experiment }, facts) => batchRefusals(experiment, facts.targets);

const sharedProcess: Guard = ({ experiment }, facts) => sharedProcessRefusals(experiment, facts.targets);

const alarms: Guard = ({ experiment }, facts) => {
  const quiet = new Set(
    (experiment.abort?.alarms ?? []).flatMap((alarm) =>
      typeof alarm === 'object' && alarm.quiet === true ? [alarm.name] : [],
    ),
  );
  return alarmNames(experiment.abort?.alarms).flatMap((name): readonly Refusal[] => {
    const alarm = facts.stops.alarms.find((candidate) => candidate.name === name);
    if (alarm === undefined)
      return [{ code: 'alarm-unknown', reason: `Alarm ${name} does not exist or could not be read.` }];
    if (alarm.state === 'ALARM')
      return [{ code: 'alarm-firing', reason: `Alarm ${name} is firing already.` }];
    if (alarm.state === 'INSUFFICIENT_DATA' && !quiet.has(name))
      return [
        {
          code: 'alarm-without-data',
          reason: `Alarm ${name} has no data, so it could not stop the run. Mark it quiet: true if that is its nature.`,
        },
      ];
    return [];
  });
};

/** What does not hold without the fault shows nothing of it; what cannot be read could not stop the run. */
const steadyState: Guard = ({ phase, checks }, facts) => {
  if (phase !== 'checking') return [];
  const needed = checks.filter(({ when }) => when.includes('before'));
  return needed.flatMap((check): readonly Refusal[] => {
    const found = facts.checks.find(({ signal }) => signal === check.signal);
    if (found === undefined || found.blind === true)
      return [
        {
          code: 'signal-unreadable',
          reason: `Signal ${check.signal} could not be read, so it could not stop the run: ${found?.detail ?? 'nobody looked'}.`,
        },
      ];
    return found.state === 'broken'
      ? [
          {
            code: 'steady-state-absent',
            reason: `The steady state is absent before any fault. Signal ${check.signal}: ${describeBreak(check, found)}.`,
          },
        ]
      : [];
  });
};

const guards: readonly Guard[] = [
  killSwitch,
  settings,
  slotAge,
  window,
  caps,
  kinds,
  stopConditions,
  targets,
  sameTarget,
  dataLoss,
  batches,
  sharedProcess,
  alarms,
  steadyState,
];

/** What may well be over by the start of a run that is asked for long before. */
const passing: ReadonlySet<string> = new Set(['alarm-firing', 'alarm-without-data', 'too-many-runs']);
const longBeforeMs = 15 * 60_000;

/**
 * Every refusal at once, in a fixed order; empty where the run may go on. A run that is made ahead of its slot is not
 * refused for what passes: right before its faults that is judged like everything else.
 */
export function refusals(run: Run, facts: Facts): readonly Refusal[] {
  const all = guards.flatMap((guard) => guard(run, facts));
  const ahead = run.phase === 'requested' && run.startAt - facts.at > longBeforeMs;
  return ahead ? all.filter(({ code }) => !passing.has(code)) : all;
}

/** The ids of an experiment's faults: f1, f2, … in its order. */
export function faultIds(experiment: Run['experiment']): readonly string[] {
  return experiment.faults.map((_, index) => `f${index + 1}`);
}

export function alarmNames(alarms: NonNullable<Run['experiment']['abort']>['alarms']): readonly string[] {
  return [...new Set((alarms ?? []).map((alarm) => (typeof alarm === 'string' ? alarm : alarm.name)))];
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
