import { gameDaySchema } from '../../generated/catalogue.ts';
import type { GameDay } from '../../generated/types.ts';
import { validateResolvedGameDay } from '../../generated/validate-resolved.js';
import { type Problem, show } from '../problem.ts';
import { replaceStage } from '../stage.ts';
import { resolveUnits } from '../units.ts';
import { checkGameDay, type KnownExperiments } from './checks.ts';

export interface GameDayOptions extends KnownExperiments {
  /** What `${stage}` stands for. */
  readonly stage: string;
}

export type ResolvedGameDay =
  | { readonly ok: true; readonly gameDay: GameDay }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * A game day as the engine takes it: every quantity a number of milliseconds, `${stage}` replaced, and nothing in it that
 * contradicts itself. `file` has passed the schema of game days; one that has not is refused.
 */
export function resolveGameDay(file: unknown, options: GameDayOptions): ResolvedGameDay {
  const { value, problems } = examine(file, options);
  if (problems.length > 0) return { ok: false, problems };
  if (validateResolvedGameDay(value)) return { ok: true, gameDay: value };
  const errors = validateResolvedGameDay.errors ?? [];
  return {
    ok: false,
    problems: errors.map((error) => ({
      path: error.instancePath.split('/').slice(1),
      code: 'not-a-gameday',
      message: error.message ?? 'This does not follow the schema of game days',
      found: '',
      expected: show(error.params),
    })),
  };
}

/** Everything that the schema cannot say, of a file that need not have passed it. */
export function findGameDayProblems(file: unknown, options: GameDayOptions): readonly Problem[] {
  return examine(file, options).problems;
}

function examine(
  file: unknown,
  options: GameDayOptions,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const staged = replaceStage(file, options.stage);
  const resolved = resolveUnits(gameDaySchema, staged.value);
  const problems = [...staged.problems, ...resolved.problems, ...checkGameDay(resolved.value, options)];
  return { value: resolved.value, problems };
}
