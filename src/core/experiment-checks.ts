import type { Experiment, Fault } from '../generated/types.ts';
import { checkBreaker, checkExposure } from './exposure-checks.ts';
import { checkFault, type DependencyCheck } from './fault-checks.ts';
import { entries, type Entry } from './experiment-parts.ts';
import { checkSchedule } from './schedule-checks.ts';
import { checkCheckedSignals } from './checked-signals.ts';
import { checkGroupsExist, checkSignals } from './signal-checks.ts';
import { checkSticky } from './sticky-checks.ts';
import { checkTaken, checkTargets } from './target-checks.ts';
import { checkTriggers } from './trigger-checks.ts';
import { listing, type Path, type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { suggest } from './suggest.ts';
import { formatDuration } from './units.ts';
import { checkWindows } from './window-checks.ts';

/** What is known beyond the file itself; what is absent is not checked. */
export interface KnownFacts {
  /** Why a fault of a dependency can never hit anything, or never answer so, with what could. */
  readonly dependencyTrouble?: DependencyCheck;
  /** Why a fault can lose data for good, or null: such a fault must carry `acceptsDataLoss: true`. */
  readonly losesData?: (fault: Fault) => string | null;
}

const hourMs = 3_600_000;
const maxDurationMs = 24 * hourMs;
const maxRecoveryMs = hourMs;
const maxCooldownMs = 30 * 24 * hourMs;
const maxAnnouncedMs = 14 * 24 * hourMs;

/** What a schema cannot say. `file` has its quantities resolved; parts of a wrong shape are passed over. */
export function checkExperiment(file: unknown, facts: KnownFacts): Problem[] {
  if (!isMapping(file)) return [];
  const faults = entries(file, 'faults');
  const signals = entries(file, 'steadyState');
  const targets = isMapping(file['targets']) ? file['targets'] : undefined;
  return [
    ...checkLimits(file),
    ...checkExposure(file, faults),
    ...checkBreaker(file['abort'], faults),
    ...(targets === undefined ? [] : checkTargets(targets)),
    ...(targets === undefined ? [] : checkTaken(faults, targets)),
    ...(targets === undefined ? [] : checkReferences([...faults, ...signals], targets)),
    ...faults.flatMap(({ path, value }) => checkFault(path, value, facts.dependencyTrouble)),
    ...checkSignals(signals, faults, Object.keys(targets ?? {})),
    ...checkSticky(faults, signals),
    ...checkGroupsExist(signals, file),
    ...checkCheckedSignals(signals, file),
    ...checkAlarms(file['abort']),
    ...checkStops(file['abort']),
    ...checkWindows(file['window'], ['window']),
    ...checkAnnouncements(file),
    ...checkSchedule(file['schedule']),
    ...checkTriggers(file['triggers']),
  ];
}

function checkLimits(file: Readonly<Record<string, unknown>>): Problem[] {
  const { duration, recovery, cooldown } = file;
  const problems: Problem[] = [];
  const tooLong = (name: string, value: unknown, limitMs: number): void => {
    if (typeof value !== 'number' || value <= limitMs) return;
    problems.push({
      path: [name],
      code: 'too-long',
      message: `A ${name} of ${formatDuration(value)} is too long`,
      found: formatDuration(value),
      expected: `at most ${formatDuration(limitMs)}`,
    });
  };
  tooLong('duration', duration, maxDurationMs);
  tooLong('recovery', recovery, maxRecoveryMs);
  tooLong('cooldown', cooldown, maxCooldownMs);
  return problems;
}

/** One problem for each name that is no target, at the first place that uses it. */
function checkReferences(users: readonly Entry[], targets: Readonly<Record<string, unknown>>): Problem[] {
  const names = Object.keys(targets);
  const lost = new Map<string, Path[]>();
  for (const { path, value } of users) {
    const { target } = value;
    if (typeof target !== 'string' || Object.hasOwn(targets, target)) continue;
    lost.set(target, [...(lost.get(target) ?? []), [...path, 'target']]);
  }
  return [...lost].map(([target, [first = [], ...more]]): Problem => {
    const meant = suggest(target, names);
    const also = more.length === 0 ? '' : ` (${more.length + 1} places)`;
    return {
      path: first,
      code: 'unknown-target',
      message: `There is no target ${show(target)} in this experiment${also}`,
      found: target,
      expected: meant === undefined ? `one of ${listing(names, 'or')}` : `did you mean "${meant}"?`,
    };
  });
}

/** Of a file that is right in every other way: only then is it known what its faults are. */
export function checkLoss({ faults }: Experiment, losesData: KnownFacts['losesData']): Problem[] {
  return faults.flatMap((fault, index): Problem[] => {
    const reason = losesData?.(fault) ?? null;
    if (reason === null || ('acceptsDataLoss' in fault && fault.acceptsDataLoss === true)) return [];
    return [
      {
        path: ['faults', index],
        code: 'data-loss-not-accepted',
        message: `This fault can lose data for good: ${reason}`,
        found: fault.kind,
        expected: 'acceptsDataLoss: true, if that may be',
      },
    ];
  });
}

/** What only its planned end could stop is no experiment. */
function checkStops(abort: unknown): Problem[] {
  if (!isMapping(abort) || abort['onDeviation'] !== false) return [];
  if (Array.isArray(abort['alarms']) && abort['alarms'].length > 0) return [];
  return [
    {
      path: ['abort', 'onDeviation'],
      code: 'no-stop-condition',
      message: 'Nothing would end this experiment early',
      found: 'false',
      expected: 'true, or alarms in abort.alarms',
    },
  ];
}

/** Announced ahead is what a schedule starts. */
function checkAnnouncements({ announce, schedule }: Readonly<Record<string, unknown>>): Problem[] {
  if (!Array.isArray(announce)) return [];
  const problems = announce.flatMap((lead: unknown, index): Problem[] =>
    typeof lead === 'number' && lead > maxAnnouncedMs
      ? [
          {
            path: ['announce', index],
            code: 'too-long',
            message: `Announcing ${formatDuration(lead)} ahead is too early`,
            found: formatDuration(lead),
            expected: `at most ${formatDuration(maxAnnouncedMs)}`,
          },
        ]
      : [],
  );
  if (schedule !== undefined) return problems;
  return [
    ...problems,
    {
      path: ['announce'],
      code: 'nothing-to-announce',
      message: 'Without a schedule there is no start to announce',
      found: show(announce),
      expected: 'a schedule, or no "announce"',
    },
  ];
}

function checkAlarms(abort: unknown): Problem[] {
  if (!isMapping(abort) || !Array.isArray(abort['alarms'])) return [];
  const seen = new Set<string>();
  return abort['alarms'].flatMap((alarm: unknown, index): Problem[] => {
    const name = isMapping(alarm) ? alarm['name'] : alarm;
    if (typeof name !== 'string') return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        path: ['abort', 'alarms', index],
        code: 'duplicate-alarm',
        message: `The alarm ${show(name)} stands here twice`,
        found: name,
        expected: 'each alarm once',
      },
    ];
  });
}
