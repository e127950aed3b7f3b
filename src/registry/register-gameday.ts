import { experimentsOfGameDay } from '../core/gameday/definition.ts';
import { unknownExperiments } from '../core/gameday/checks.ts';
import { resolveGameDay } from '../core/gameday/resolve.ts';
import { spanOf } from '../core/gameday/window.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { GameDay } from '../generated/types.ts';
import { validateGameDay } from '../generated/validate-files.js';
import type { GameDayRegistry, GameDaySchedules, RegisteredGameDay } from './gamedays.ts';
import type { Registration } from './register.ts';

export interface GameDaySubmission {
  readonly file: string;
  readonly text: string;
  /** As authored, with quantities as text. */
  readonly gameDay: Readonly<Record<string, unknown>>;
}

export interface GameDayPorts {
  readonly gameDays: GameDayRegistry;
  readonly schedules: GameDaySchedules;
  /** Whether an experiment of this name is registered. */
  readonly isExperiment: (name: string) => Promise<boolean>;
  readonly stage: string;
  readonly by: string;
  readonly at: EpochMs;
}

/**
 * Stores a game day as a new version, with the schedule of its start; never begins it. The same file again changes nothing
 * but what is missing of its schedule. A session that is announced already follows what is registered, until it begins.
 */
export async function registerGameDay(
  ports: GameDayPorts,
  { file, text, gameDay: authored }: GameDaySubmission,
): Promise<Registration> {
  const { gameDays, schedules, at, by } = ports;
  const resolved = await resolve(ports, authored);
  if ('problems' in resolved) return { result: 'refused', file, problems: resolved.problems };
  const { gameDay } = resolved;
  const { name } = gameDay;
  const before = await gameDays.get(name);
  const unchanged = before !== undefined && JSON.stringify(before.gameDay) === JSON.stringify(gameDay);
  if (!unchanged && isOver(gameDay, at)) return { result: 'refused', file, problems: [overAlready] };
  await schedules.sync(gameDay);
  if (unchanged) return { result: 'unchanged', name, version: before.version };
  const version = (await gameDays.lastVersion(name)) + 1;
  const entry = { name, version, gameDay, file, text, registeredAt: at, registeredBy: by };
  if ((await gameDays.put(entry, before?.version ?? null)) === 'stored')
    return { result: before === undefined ? 'new' : 'changed', name, version };
  // Somebody else registered it meanwhile: theirs counts, with its own schedule.
  await restore(schedules, name, await gameDays.get(name));
  throw new Error(
    `Game day ${name} was registered by somebody else at the same time; look at theirs, and try again`,
  );
}

export async function unregisterGameDay(
  { gameDays, schedules }: Pick<GameDayPorts, 'gameDays' | 'schedules'>,
  name: string,
): Promise<'removed' | 'unknown'> {
  // Whatever begins it goes first: nothing may begin what is not known any more.
  await schedules.remove(name);
  if ((await gameDays.get(name)) === undefined) return 'unknown';
  await gameDays.remove(name);
  return 'removed';
}

async function restore(
  schedules: GameDaySchedules,
  name: string,
  now: RegisteredGameDay | undefined,
): Promise<void> {
  if (now === undefined) await schedules.remove(name);
  else await schedules.sync(now.gameDay);
}

async function resolve(
  { isExperiment, stage }: GameDayPorts,
  authored: GameDaySubmission['gameDay'],
): Promise<{ readonly gameDay: GameDay } | { readonly problems: readonly Problem[] }> {
  if (!validateGameDay(authored))
    return {
      problems: (validateGameDay.errors ?? []).map((error) => ({
        path: error.instancePath.split('/').slice(1),
        code: 'not-a-gameday',
        message: error.message ?? 'This does not follow the schema of game days',
        found: '',
        expected: JSON.stringify(error.params),
      })),
    };
  const resolved = resolveGameDay(authored, { stage });
  if (!resolved.ok) return { problems: resolved.problems };
  const { gameDay } = resolved;
  const names = experimentsOfGameDay(gameDay);
  const there = await Promise.all(names.map((name) => isExperiment(name)));
  const unknown = unknownExperiments(
    gameDay.steps,
    names.filter((_, index) => there[index]),
  );
  return unknown.length === 0 ? { gameDay } : { problems: unknown.map(notRegistered) };
}

/** Of the names that are not registered, none is what was meant. */
function notRegistered(problem: Problem): Problem {
  return {
    ...problem,
    message: `No experiment ${problem.found} is registered`,
    expected: '"inoculate register" takes it together with the game day, or before it',
  };
}

function isOver(gameDay: GameDay, at: EpochMs): boolean {
  const span = spanOf(gameDay);
  return span !== null && span.endsAt <= at;
}

const overAlready: Problem = {
  path: ['window', 'date'],
  code: 'over-already',
  message: 'This window is over already',
  found: '',
  expected: 'a date to come',
};
