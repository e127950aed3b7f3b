import { lengthOf } from '../../core/calendar/coming.ts';
import { onlyDirectives } from '../../core/directives.ts';
import { exposureOf } from '../../core/exposure.ts';
import { experimentsOfGameDay } from '../../core/gameday/definition.ts';
import { announcements, timeline, type PlannedStep } from '../../core/gameday/timeline.ts';
import { spanOf } from '../../core/gameday/window.ts';
import { alarmNames } from '../../core/guards.ts';
import { formatDuration, formatShare } from '../../core/units.ts';
import type { Experiment, GameDay } from '../../generated/types.ts';
import { beginsAt, whenIn } from './words.ts';

/** What a game day would do, and when: as text, or as data. */
export interface GameDayPlan {
  readonly gameDay: GameDay;
  /** Those that are known, by name. */
  readonly experiments: ReadonlyMap<string, Experiment>;
}

export function planAsJson({ gameDay, experiments }: GameDayPlan): object {
  const span = spanOf(gameDay);
  return {
    gameDay: gameDay.name,
    startAt: iso(span?.startAt),
    endsAt: iso(span?.endsAt),
    announcements: span === null ? [] : announcements(gameDay, span.startAt).map(iso),
    steps: stepsOf({ gameDay, experiments }),
    experiments: experimentsOfGameDay(gameDay).map((name) => {
      const experiment = experiments.get(name);
      return experiment === undefined
        ? { name, known: false }
        : { name, known: true, ...factsOf(experiment) };
    }),
  };
}

export function planLines({ gameDay, experiments }: GameDayPlan): readonly string[] {
  const span = spanOf(gameDay);
  const steps = stepsOf({ gameDay, experiments });
  return [
    `${gameDay.name}  ${beginsAt(gameDay)}`,
    ...(gameDay.purpose === undefined ? [] : [`  ${gameDay.purpose}`]),
    ...(span === null ? [] : [`  must be over ${whenIn(gameDay, span.endsAt)}`]),
    ...(span === null
      ? []
      : announcements(gameDay, span.startAt).map((at) => `  announced ${whenIn(gameDay, at)}`)),
    `  after an abort or a deviation: ${gameDay.onAbort === 'continue' ? 'goes on' : 'no further step begins'}`,
    '',
    ...steps.flatMap((step) => stepLines(gameDay, step, experiments)),
  ];
}

function stepsOf({ gameDay, experiments }: GameDayPlan): readonly PlannedStep[] {
  const span = spanOf(gameDay);
  const lengths = Object.fromEntries(
    [...experiments].map(([name, experiment]) => [name, lengthOf(experiment)]),
  );
  return timeline(gameDay, lengths, span === null ? null : span.endsAt - span.startAt);
}

function stepLines(
  gameDay: GameDay,
  { step, title, experiments: names, earliestStartMs, latestEndMs, fits }: PlannedStep,
  experiments: GameDayPlan['experiments'],
): readonly string[] {
  const span = spanOf(gameDay);
  const at = (ms: number): string =>
    span === null
      ? ms === 0
        ? 'at once'
        : `${formatDuration(ms)} after the start`
      : whenIn(gameDay, span.startAt + ms);
  const end = latestEndMs === null ? 'at a time that nobody knows' : at(latestEndMs);
  const late = {
    surely: [],
    perhaps: ['  It may come too late to end inside the window; then it is not run.'],
    never: ['  It cannot end inside the window: it would not be run.'],
  }[fits];
  return [
    `step ${step}  ${names.length === 0 ? `pause: ${title}` : title}`,
    `  begins at the earliest ${at(earliestStartMs)}, is over at the latest ${end}`,
    ...late,
    ...clashes(names, experiments).map((clash) => `  ${clash}`),
    ...names.flatMap((name) => {
      const experiment = experiments.get(name);
      return experiment === undefined ? [`  ${name}: not known here`] : experimentLines(experiment);
    }),
  ];
}

/** Two runs on one resource at once: the second would be refused. */
function clashes(names: readonly string[], experiments: GameDayPlan['experiments']): readonly string[] {
  const users = new Map<string, Set<string>>();
  for (const name of names) {
    const experiment = experiments.get(name);
    for (const { target } of experiment?.faults ?? []) {
      const resource = JSON.stringify(experiment?.targets[target]);
      users.set(resource, (users.get(resource) ?? new Set()).add(name));
    }
  }
  return [...users].flatMap(([resource, using]) =>
    using.size < 2
      ? []
      : [
          `${[...using].join(' and ')} change the same target, ${resource.replaceAll('"', '')}: all but one would be refused.`,
        ],
  );
}

function experimentLines(experiment: Experiment): readonly string[] {
  const { faults, exposure, longest, refusedWhere } = factsOf(experiment);
  return [
    `  ${experiment.name}: ${faults.join(', ')}; exposure ${exposure}; takes up to ${longest}`,
    `    refused where ${refusedWhere.join('; ')}`,
  ];
}

function factsOf(experiment: Experiment): {
  readonly faults: readonly string[];
  readonly exposure: string;
  readonly longest: string;
  readonly refusedWhere: readonly string[];
} {
  const targets = [...new Set(experiment.faults.map(({ target }) => target))];
  const alarms = alarmNames(experiment.abort?.alarms);
  return {
    faults: experiment.faults.map(({ kind, target }) => `${kind} on ${target}`),
    exposure: onlyDirectives(experiment) ? 'by directives' : formatShare(exposureOf(experiment)),
    longest: formatDuration(lengthOf(experiment)),
    refusedWhere: [
      `${targets.join(' or ')} lacks the opt-in tag`,
      'its steady state is absent before the fault',
      ...(alarms.length === 0 ? [] : [`alarm ${alarms.join(' or ')} fires or has no data`]),
      'the guardrails say so',
    ],
  };
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
