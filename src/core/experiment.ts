import { experimentSchema } from '../generated/catalogue.ts';
import type { Experiment } from '../generated/types.ts';
import { validateResolvedExperiment } from '../generated/validate-resolved.js';
import { checkExperiment, checkLoss, type KnownFacts } from './experiment-checks.ts';
import { type Problem, show } from './problem.ts';
import { replaceStage } from './stage.ts';
import { resolveUnits } from './units.ts';

export interface ResolveOptions extends KnownFacts {
  /** What `${stage}` stands for. */
  readonly stage: string;
}

export type Resolved =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * An experiment as the engine takes it: every quantity a number (milliseconds, fractions), `${stage}` replaced, and
 * nothing in it that contradicts itself. `file` has passed the schema of experiment files; one that has not is refused.
 */
export function resolveExperiment(file: unknown, options: ResolveOptions): Resolved {
  const { value, problems } = examine(file, options);
  if (problems.length > 0) return { ok: false, problems };
  if (validateResolvedExperiment(value)) return { ok: true, experiment: value };
  const errors = validateResolvedExperiment.errors ?? [];
  return {
    ok: false,
    problems: errors.map((error) => ({
      path: error.instancePath.split('/').slice(1),
      code: 'not-an-experiment',
      message: error.message ?? 'This does not follow the schema of experiments',
      found: '',
      expected: show(error.params),
    })),
  };
}

/**
 * Everything that the schema cannot say, of a file that need not have passed it: what is missing or of the wrong shape
 * is passed over, so that one look finds the mistakes of both sorts.
 */
export function findProblems(file: unknown, options: ResolveOptions): readonly Problem[] {
  return examine(file, options).problems;
}

function examine(
  file: unknown,
  options: ResolveOptions,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const staged = replaceStage(file, options.stage);
  const resolved = resolveUnits(experimentSchema, staged.value);
  const { value } = resolved;
  const problems = [...staged.problems, ...resolved.problems, ...checkExperiment(value, options)];
  if (problems.length > 0 || !validateResolvedExperiment(value)) return { value, problems };
  return { value, problems: checkLoss(value, options.losesData) };
}
