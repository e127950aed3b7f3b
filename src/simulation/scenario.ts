import { alarmNames } from '../core/guards.ts';
import type { Phase, Run, RunSettings, Slot } from '../core/run.ts';
import { defaultJudgeSettings } from '../core/evidence.ts';
import type { Experiment, Fault } from '../generated/types.ts';
import { profiles, type Profile } from './chaos.ts';
import type { Random } from './random.ts';
import { hasPolicy } from './resource.ts';

/** Which ways out are left. Each alone must bring every fault back. */
export const waysOut = ['all', 'normal end', 'sweep', 'dead-man'] as const;
export type WaysOut = (typeof waysOut)[number];

export interface SimFunction {
  readonly name: string;
  readonly optedIn: boolean;
  readonly layerAttached: boolean;
  readonly local: boolean;
}

export interface SimRequest {
  readonly experiment: Experiment;
  readonly slot: Slot;
  readonly at: number;
  readonly startAt: number;
  readonly announcements: readonly number[];
}

/** At a time, or shortly after some run has reached a phase. */
export type Moment = { readonly at: number } | { readonly phase: Phase; readonly delayMs: number };

/** Something that people, AWS or other tools do in the meantime. */
export type Action = { readonly when: Moment } &
  /** Of the run that reached the phase, else of the first one. */
  (
    | { readonly type: 'abort' }
    | { readonly type: 'postpone'; readonly byMs: number }
    | { readonly type: 'alarm'; readonly alarm: string; readonly forMs: number }
    | { readonly type: 'kill-switch'; readonly forMs: number }
    | { readonly type: 'change'; readonly resource: string; readonly value: string | null }
    | { readonly type: 'remove'; readonly resource: string }
    | { readonly type: 'harm'; readonly forMs: number }
    | { readonly type: 'outage'; readonly of: string; readonly forMs: number }
  );

/** Everything that a seed decides beforehand. */
export interface Scenario {
  readonly waysOut: WaysOut;
  readonly profile: Profile;
  readonly startsAt: number;
  /** From then on nothing goes wrong any more. */
  readonly calmAt: number;
  /** When the engine dies for good, where only the dead-man is left. */
  readonly engineDiesAt: number;
  /** The function table dies with it. */
  readonly functionTableDies: boolean;
  readonly functions: readonly SimFunction[];
  readonly settleMs: number;
  /** How long a sandbox goes on with a dose that is no more. */
  readonly lingerMs: number;
  readonly requests: readonly SimRequest[];
  readonly actions: readonly Action[];
  readonly settings: RunSettings;
  readonly caps: {
    readonly maxExposure: number;
    readonly maxDurationMs: number;
    readonly maxRunsAtOnce: number;
    readonly approvalRequired: boolean;
    readonly cooldownMs: number;
  };
  readonly windowOpen: boolean;
  readonly alarms: readonly string[];
  /** What a person answers when asked for approval. */
  readonly approval: 'yes' | 'no' | 'never';
  /** A few applies land far beyond their lease: only the later audits find them. */
  readonly stragglers: boolean;
  alarmsOf(run: Run): readonly string[];
}

const startsAt = Date.UTC(2026, 0, 5, 10);

const settings: RunSettings = {
  stage: 'sim',
  tickMs: 2_000,
  slowestLookMs: 8_000,
  applyLeaseMs: 12_000,
  applyTimeoutMs: 5_000,
  stalenessMs: 1_000,
  skewMs: 1_000,
  maxSlotAgeMs: 15 * 60_000,
  approvalMs: 60_000,
  graceMs: 1_000,
  judge: defaultJudgeSettings,
  salt: 'simulation',
};

export function createScenario(random: Random): Scenario {
  const ways = random.chance(0.55) ? 'all' : random.pick(['normal end', 'sweep', 'dead-man'] as const);
  const functions = createFunctions(random);
  const alarms = random.chance(0.4) ? ['checkout-errors'] : [];
  const experiments = Array.from({ length: random.int(1, 3) }, (_, index) =>
    createExperiment(random, `experiment-${index + 1}`, functions, alarms),
  );
  const requests = createRequests(random, experiments);
  const engineDiesAt =
    ways === 'dead-man' ? startsAt + random.int(2_500, random.chance(0.5) ? 8_000 : 45_000) : Infinity;
  const calmAt = Math.min(startsAt + 150_000, engineDiesAt + 60_000);
  return {
    waysOut: ways,
    profile: random.pick(profiles),
    startsAt,
    calmAt,
    engineDiesAt,
    functionTableDies: random.chance(0.3),
    functions,
    settleMs: random.pick([0, 1_000, 3_000, 8_000]),
    lingerMs: settings.stalenessMs + 1_000,
    requests,
    actions: createActions(random, functions, alarms),
    settings,
    caps: {
      maxExposure: random.chance(0.96) ? 0.5 : 0.2,
      maxDurationMs: random.chance(0.96) ? 600_000 : 10_000,
      maxRunsAtOnce: random.pick([1, 2, 5, 5, 5]),
      approvalRequired: random.chance(0.15),
      cooldownMs: random.pick([0, 0, 0, 15_000]),
    },
    windowOpen: random.chance(0.98),
    alarms,
    approval: random.pick(['yes', 'yes', 'yes', 'no', 'never']),
    stragglers: ways === 'all' && random.chance(0.04),
    alarmsOf: (run) => alarmNames(run.experiment.abort?.alarms),
  };
}

function createFunctions(random: Random): readonly SimFunction[] {
  return Array.from({ length: random.int(1, 3) }, (_, index) => ({
    name: `${random.chance(0.5) ? 'policy' : 'dose'}-${index + 1}`,
    optedIn: random.chance(0.98),
    layerAttached: random.chance(0.99),
    local: random.chance(0.99),
  }));
}

function createExperiment(
  random: Random,
  name: string,
  functions: readonly SimFunction[],
  alarms: readonly string[],
): Experiment {
  const chosen = functions.filter(() => random.chance(0.6));
  const targets = chosen.length > 0 ? chosen : functions.slice(0, 1);
  const faults = targets.flatMap((target): readonly Fault[] =>
    random.chance(0.2)
      ? [errorOf(target.name), { kind: 'invocation.latency', target: target.name, delay: 100 }]
      : [errorOf(target.name)],
  );
  return {
    inoculate: 'experiment/1',
    name,
    hypothesis: 'Nothing that Inoculate does stays.',
    targets: Object.fromEntries(targets.map((target) => [target.name, { lambda: target.name }])),
    steadyState: createSteadyState(random, targets),
    faults: [...faults],
    exposure: random.pick([0.1, 0.5]),
    duration: random.pick([4_000, 10_000, 20_000, 40_000]),
    ...(random.chance(0.3) ? { recovery: 5_000 } : {}),
    ...(alarms.length > 0 && random.chance(0.8) ? { abort: { alarms: [...alarms] } } : {}),
    ...(random.chance(0.4) ? { notify: ['slack:chaos'] } : {}),
  };
}

/** Where nothing is dosed there may be no groups to compare, only what is kept or broken at each look. */
function createSteadyState(random: Random, targets: readonly SimFunction[]): Experiment['steadyState'] {
  const failures = {
    name: 'failures',
    signal: 'failures',
    target: targets[0]?.name ?? '',
    atMost: 0.01,
  } as const;
  const page = { name: 'page', signal: 'http.probe', url: 'https://example.com/', tolerates: 0 } as const;
  if (targets.every(({ name }) => hasPolicy(name))) return random.chance(0.8) ? [page] : [failures];
  return random.chance(0.3) ? [failures, page] : [failures];
}

function errorOf(target: string): Fault {
  return { kind: 'invocation.error', target, rate: 0.5, acceptsDataLoss: true };
}

function createRequests(random: Random, experiments: readonly Experiment[]): readonly SimRequest[] {
  return Array.from({ length: random.int(1, 4) }, () => {
    const experiment = experiments[random.int(0, experiments.length - 1)] ?? experiments[0];
    if (experiment === undefined) throw new Error('A scenario has at least one experiment');
    const at = startsAt + random.int(0, random.chance(0.6) ? 3_000 : 70_000);
    const slot: Slot = { kind: 'event', id: `slot-${random.int(1, 3)}`, at: startsAt };
    const startAt = random.chance(0.3) ? at + random.int(0, 20_000) : at;
    const announcements = random.chance(0.3) ? [random.int(at, startAt), random.int(at, startAt)] : [];
    return { experiment, slot, at, startAt, announcements };
  });
}

function createActions(
  random: Random,
  functions: readonly SimFunction[],
  alarms: readonly string[],
): readonly Action[] {
  return Array.from({ length: random.int(0, 5) }, (): Action => {
    const when: Moment = random.chance(0.5)
      ? { at: startsAt + random.int(100, 60_000) }
      : {
          phase: random.pick([
            'announced',
            'checking',
            'injecting',
            'injecting',
            'observing',
            'reverting',
            'recovering',
          ]),
          delayMs: random.int(0, random.chance(0.8) ? 200 : 3_000),
        };
    const forMs = random.int(100, random.chance(0.3) ? 500 : 40_000);
    const resource = `policy:${functions[random.int(0, functions.length - 1)]?.name ?? ''}`;
    const [alarm] = alarms;
    switch (random.int(0, 12)) {
      case 0:
      case 1:
      case 9:
      case 10:
        return { type: 'abort', when };
      case 11:
      case 12:
        return { type: 'postpone', when, byMs: random.int(1, 20_000) };
      case 2:
        return alarm === undefined ? { type: 'harm', when, forMs } : { type: 'alarm', when, alarm, forMs };
      case 3:
        return { type: 'kill-switch', when, forMs };
      case 4:
      case 5:
        return {
          type: 'change',
          when,
          resource,
          value: random.chance(0.2) ? null : `foreign-${random.int(1, 1e6)}`,
        };
      case 6:
        return { type: 'harm', when, forMs: random.chance(0.5) ? forMs : 60_000 };
      case 7:
        return random.chance(0.3) ? { type: 'remove', when, resource } : { type: 'abort', when };
      default:
        return {
          type: 'outage',
          when,
          of: random.pick(['store', 'aws', 'functions', 'bus', 'channel', 'queue', 'scheduler']),
          forMs,
        };
    }
  });
}
