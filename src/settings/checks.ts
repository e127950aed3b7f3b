import { isProduction } from '../core/guardrails.ts';
import { listing, type Path, type Problem, show } from '../core/problem.ts';
import { checkTimezone, isTimezone } from '../core/schedule-checks.ts';
import { isMapping } from '../core/schema-branch.ts';
import { suggest } from '../core/suggest.ts';
import { checkWindows } from '../core/window-checks.ts';
import { allKinds, kindsLike } from './kinds.ts';
import { type End, instantOf, type Moment, momentOf } from './moments.ts';
import { findPeopleProblems } from './people.ts';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * What the schema of settings cannot say, of a file that need not have passed it. Every stage that the file speaks of is
 * looked at, and the one that is asked about.
 */
export function findSettingsProblems(file: unknown, stage: string): readonly Problem[] {
  if (!isMapping(file)) return [];
  const stages = isMapping(file['stages']) ? file['stages'] : {};
  const levels: readonly (readonly [Path, Mapping])[] = [
    [[], file],
    ...Object.entries(stages).flatMap(([name, limits]): readonly (readonly [Path, Mapping])[] =>
      isMapping(limits) ? [[['stages', name], limits]] : [],
    ),
  ];
  return [
    ...levels.flatMap(([path, limits]) => findLimitProblems(path, limits, zoneOf(limits, file))),
    ...findStageProblems(file, stages),
    ...findLadderProblems(file, stages, stage),
    ...findOpenToAll(file, stages, stage),
    ...findPeopleProblems(file['people']),
  ];
}

/** Where a time zone does not exist, that is said once; the rest is reckoned in UTC. */
function zoneOf(limits: Mapping, file: Mapping): string {
  const zone = limits['timezone'] ?? file['timezone'];
  return typeof zone === 'string' && isTimezone(zone) ? zone : 'UTC';
}

function findLimitProblems(path: Path, limits: Mapping, timezone: string): readonly Problem[] {
  const zone = limits['timezone'];
  return [
    ...(typeof zone === 'string' ? checkTimezone(zone, [...path, 'timezone']) : []),
    ...checkWindows(limits['window'], [...path, 'window']),
    ...listOf(limits['freezes']).flatMap((freeze, index) =>
      isMapping(freeze) ? findFreezeProblems(freeze, [...path, 'freezes', index], timezone) : [],
    ),
    ...listOf(limits['faults']).flatMap((kind, index) =>
      typeof kind === 'string' ? findKindProblems(kind, [...path, 'faults', index]) : [],
    ),
  ];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function findFreezeProblems(freeze: Mapping, path: Path, timezone: string): readonly Problem[] {
  const moments = (['from', 'to'] as const).map((end): readonly [End, unknown, Moment | undefined] => {
    const text = freeze[end];
    return [end, text, typeof text === 'string' ? momentOf(text, timezone, end) : undefined];
  });
  const problems = moments.flatMap(([end, text, moment]): readonly Problem[] =>
    typeof text !== 'string' || moment !== undefined || !/^\d{4}-\d{2}-\d{2}/.test(text)
      ? []
      : [
          {
            path: [...path, end],
            code: 'no-such-date',
            message: `There is no ${text}`,
            found: text,
            expected: 'a date that exists, such as 2026-12-24, or 2026-12-24T18:00',
          },
        ],
  );
  const [from, to] = moments.map(([end, , moment]) =>
    moment === undefined ? undefined : instantOf(moment, timezone, end),
  );
  if (from === undefined || to === undefined || from < to) return problems;
  return [
    {
      path: [...path, 'to'],
      code: 'ends-before-start',
      message: `This freeze ends before it begins, which is ${show(freeze['from'])}`,
      found: show(freeze['to']),
      expected: 'an end after the beginning; a day as the end belongs to the freeze',
    },
  ];
}

function findKindProblems(kind: string, path: Path): readonly Problem[] {
  if (kindsLike(kind).length > 0) return [];
  const meant = suggest(kind.replaceAll('*', ''), allKinds());
  return [
    {
      path,
      code: 'unknown-kind',
      message: kind.includes('*')
        ? `No kind of fault is like ${show(kind)}`
        : `There is no fault ${show(kind)}`,
      found: kind,
      expected: meant === undefined ? '"inoculate faults" lists them' : `did you mean "${meant}"?`,
    },
  ];
}

function findStageProblems(file: Mapping, stages: Mapping): readonly Problem[] {
  const allowed = file['allowedStages'];
  if (!Array.isArray(allowed)) return [];
  return Object.keys(stages)
    .filter((name) => !allowed.includes(name))
    .map((name) => ({
      path: ['stages', name],
      code: 'stage-not-allowed',
      message: `Stage ${show(name)} is not among the allowed ones`,
      found: name,
      expected: meantStage(name, allowed),
      at: 'key' as const,
    }));
}

function meantStage(name: string, allowed: readonly unknown[]): string {
  const names = allowed.filter((one) => typeof one === 'string');
  const meant = suggest(name, names);
  return meant === undefined ? `add it to allowedStages, or take it out here` : `did you mean "${meant}"?`;
}

/** What each stage that the file speaks of would require of a run. */
function findLadderProblems(file: Mapping, stages: Mapping, asked: string): readonly Problem[] {
  const allowed = listOf(file['allowedStages']);
  const names = new Set([
    asked,
    ...allowed.filter((name) => typeof name === 'string'),
    ...Object.keys(stages),
  ]);
  const told = new Set<string>();
  return [...names].flatMap((name): readonly Problem[] => {
    const own = stages[name];
    const path =
      isMapping(own) && own['requires'] !== undefined ? ['stages', name, 'requires'] : ['requires'];
    const requires = path.length > 1 && isMapping(own) ? own['requires'] : file['requires'];
    const heldOn = isMapping(requires) ? requires['heldOn'] : undefined;
    if (typeof heldOn !== 'string' || told.has(path.join('.'))) return [];
    const problem = (code: string, message: string, expected: string): readonly Problem[] => {
      told.add(path.join('.'));
      return [{ path: [...path, 'heldOn'], code, message, found: heldOn, expected }];
    };
    if (heldOn === name)
      return problem(
        'stage-requires-itself',
        `Stage ${show(name)} would require a run that held at itself`,
        `"requires" below the stages that come later, or "requires: none" below ${name}`,
      );
    return allowed.length === 0 || allowed.includes(heldOn)
      ? []
      : problem('stage-not-allowed', `Nothing runs at stage ${show(heldOn)}`, oneOf(allowed));
  });
}

function oneOf(names: readonly unknown[]): string {
  return `an allowed stage: ${listing(names.map(String), 'or')}`;
}

/** At a production stage nobody starts or approves whom nobody named. */
function findOpenToAll(file: Mapping, stages: Mapping, asked: string): readonly Problem[] {
  const allowed = file['allowedStages'];
  const names = new Set([asked, ...listOf(allowed), ...Object.keys(stages)]);
  const told = new Set<string>();
  return [...names].flatMap((name): readonly Problem[] => {
    if (typeof name !== 'string' || !isProduction(name)) return [];
    if (Array.isArray(allowed) && !allowed.includes(name)) return [];
    const own = stages[name];
    const ownPermissions = isMapping(own) && isMapping(own['permissions']) ? own['permissions'] : {};
    const permissions = isMapping(file['permissions']) ? file['permissions'] : {};
    return (['start', 'approve'] as const).flatMap((permission): readonly Problem[] => {
      const below = ownPermissions[permission] !== undefined;
      const path = [...(below ? ['stages', name] : []), 'permissions', permission];
      const who = below ? ownPermissions[permission] : permissions[permission];
      if (who !== 'anyone' || told.has(path.join('.'))) return [];
      told.add(path.join('.'));
      return [
        {
          path,
          code: 'open-to-all',
          message: `At stage ${show(name)}, a production stage, not anyone may ${permission}`,
          found: 'anyone',
          expected: 'a list of slack-group:S…, slack-user:U… and aws:arn:…',
        },
      ];
    });
  });
}
