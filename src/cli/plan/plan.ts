import { allParts, type CheckSpec } from '../../core/checks.ts';
import { defaultJudgeSettings } from '../../core/evidence.ts';
import { onlyDirectives } from '../../core/directives.ts';
import { exposureOf } from '../../core/exposure.ts';
import type { TargetFacts } from '../../core/facts.ts';
import { functionStatements, functionTableOf, type Statement } from '../../core/function-permissions.ts';
import { alarmNames } from '../../core/guards.ts';
import { isInFunction } from '../../core/placement.ts';
import { stickyTargets } from '../../core/sticky.ts';
import { startsOf } from '../../core/triggers.ts';
import type { Experiment, Fault } from '../../generated/types.ts';
import { explainFault } from '../../faults/explain.ts';
import { type AlarmFacts, movedSentences } from '../../faults/moves.ts';
import { arnIdOf } from '../../iam/needs.ts';
import { counted } from '../../report/format.ts';
import { claimsOf } from '../../signals/observe.ts';
import { type Change, changesOf, describeTarget } from './changes.ts';

/** What a run of an experiment would do, before it does anything. */
export interface Plan {
  readonly name: string;
  readonly hypothesis: string;
  readonly targets: readonly {
    readonly name: string;
    readonly function: string | null;
    readonly timeoutMs: number;
  }[];
  /** What else of AWS the file names: `orders (table orders-dev)`. */
  readonly resources: readonly string[];
  /** Shares of the invocations; null where there are none: no fault works inside a function, or only directives bring it. */
  readonly groups: {
    readonly experimental: number;
    readonly control: number;
    readonly bystanders: number;
  } | null;
  /** Whether single requests may ask for a fault. */
  readonly directives: boolean;
  readonly durationMs: number;
  /** What starts it once it is registered, beside people and pipelines. */
  readonly starts: readonly string[];
  readonly faults: readonly {
    readonly id: string;
    readonly sentence: string;
    readonly expectedInvocations: number | null;
  }[];
  readonly changes: readonly Change[];
  readonly claims: readonly Claim[];
  /** Signals that are kept or broken at each look. */
  readonly checks: readonly string[];
  readonly stops: readonly string[];
  /** What in the file would end a run on the fault itself. */
  readonly warnings: readonly string[];
  readonly notJudged: readonly { readonly signal: string; readonly why: string }[];
  readonly iam: readonly Statement[];
}

export interface Claim {
  readonly claim: string;
  /** Invocations of both groups together that "held" needs, were the fault harmless; null where it can never be shown. */
  readonly needed: number | null;
  /** Invocations of both groups that the traffic will bring; null where the traffic is not known. */
  readonly expected: number | null;
  /** The groups stick by a value of the event: then nothing is ever shown to hold. */
  readonly sticky: boolean;
}

/** The share of failures, or of slow answers, assumed for the control group while nothing is measured yet. */
const assumedControlShare = 0.001;

export interface PlanInput {
  readonly experiment: Experiment;
  /** Of the controller, whose table the permissions are for. */
  readonly stage: string;
  readonly targets: readonly TargetFacts[];
  /** What the alarms watch, where that was read from AWS. */
  readonly alarms?: readonly AlarmFacts[];
  /** Invocations per second by function name; null where the traffic is not known. */
  readonly rates: Readonly<Record<string, number>> | null;
}

export function planOf({ experiment, stage, targets, rates, alarms = [] }: PlanInput): Plan {
  const claims = claimsOf(experiment);
  const sticky = stickyTargets(experiment).size > 0;
  const dosed = targets.filter((target) =>
    experiment.faults.some((fault) => fault.target === target.name && isInFunction(fault)),
  );
  const invocationsOf = (name: string): number | null =>
    expectedInvocations(experiment, targets, rates, name);
  const leastEnrolled =
    rates === null ? null : 2 * Math.min(...dosed.map((target) => invocationsOf(target.name) ?? 0));
  return {
    name: experiment.name,
    hypothesis: experiment.hypothesis,
    targets: targets.flatMap((target) =>
      target.type === 'function'
        ? [{ name: target.name, function: target.id, timeoutMs: target.timeoutMs }]
        : [],
    ),
    resources: targets
      .filter(({ type }) => type !== 'function')
      .map(({ name }) => describeTarget(experiment, name)),
    groups: dosed.length === 0 || onlyDirectives(experiment) ? null : groupsOf(exposureOf(experiment)),
    directives: experiment.directives === true,
    durationMs: experiment.duration,
    starts: startsOf(experiment),
    faults: experiment.faults.map((fault, index) => ({
      id: `f${index + 1}`,
      sentence: explainFault(fault),
      expectedInvocations: faulted(fault, invocationsOf(fault.target)),
    })),
    changes: changesOf(experiment, targets),
    claims: claims.hypotheses.map(({ claim, heldAfter }) => ({
      claim,
      needed: sticky ? null : heldAfter(assumedControlShare, defaultJudgeSettings),
      sticky,
      expected: leastEnrolled,
    })),
    checks: claims.checks.map(describeCheck),
    stops: stopsOf(experiment),
    warnings: movedSentences(experiment, (name) => idOf(experiment, name, stage), alarms),
    notJudged: claims.notJudged,
    iam: dosed.flatMap(({ name, id }) => functionStatements([id ?? name], functionTableOf(stage))),
  };
}

function groupsOf(exposure: number): Plan['groups'] {
  return { experimental: exposure, control: exposure, bystanders: Math.max(0, 1 - 2 * exposure) };
}

/** Invocations of one target in one group during the run. */
function expectedInvocations(
  experiment: Experiment,
  targets: readonly TargetFacts[],
  rates: PlanInput['rates'],
  name: string,
): number | null {
  const deployed = targets.find((target) => target.name === name)?.id;
  if (rates === null || deployed == null) return null;
  return Math.round((rates[deployed] ?? 0) * (experiment.duration / 1000) * exposureOf(experiment));
}

/** `rate` thins invocations for faults of the invocation, and calls within them for faults of a dependency. */
function faulted(fault: Fault, invocations: number | null): number | null {
  if (invocations === null) return null;
  return 'rate' in fault && fault.kind.startsWith('invocation.')
    ? Math.round(invocations * (fault.rate ?? 1))
    : invocations;
}

function idOf({ targets }: Experiment, name: string, stage: string): string | null {
  const target = targets[name];
  return target === undefined ? null : arnIdOf(target, stage);
}

function describeCheck({ claim, when, tolerates }: CheckSpec): string {
  const parts = when.length === allParts.length ? 'before, during and after' : when.join(' and ');
  const rows = tolerates === 0 ? '' : `; ${counted(tolerates, 'look')} in a row may go wrong`;
  return `${claim}: looked at ${parts} the fault${rows}`;
}

/** A sandbox stops by itself; the run goes on in the others. */
function breakerOf({ abort }: Experiment): readonly string[] {
  const failures = abort?.failuresPerSandbox;
  if (failures === undefined) return [];
  return [
    `more than ${counted(failures, 'exposed invocation')} fail in one sandbox: that sandbox injects nothing more`,
  ];
}

function stopsOf(experiment: Experiment): readonly string[] {
  return [
    ...(experiment.abort?.onDeviation === false ? [] : ['the steady state is shown not to hold']),
    ...alarmNames(experiment.abort?.alarms).map((alarm) => `alarm ${alarm} fires`),
    ...breakerOf(experiment),
    'a person stops it, or the kill switch is thrown',
    'the planned time is over',
  ];
}
