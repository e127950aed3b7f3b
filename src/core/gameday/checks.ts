import { type Path, type Problem, show } from '../problem.ts';
import { isMapping } from '../schema-branch.ts';
import { suggest } from '../suggest.ts';
import { checkWindows } from '../window-checks.ts';

export interface KnownExperiments {
  /** Names of the experiments that there are; left out where nobody knows. */
  readonly experiments?: readonly string[];
}

/** What a game day's schema cannot say; what is missing or of the wrong shape is passed over. */
export function checkGameDay(file: unknown, { experiments }: KnownExperiments): Problem[] {
  if (!isMapping(file)) return [];
  const steps = Array.isArray(file['steps']) ? (file['steps'] as readonly unknown[]) : [];
  return [
    ...checkWindows(file['window'], ['window']),
    ...checkAnnounce(file),
    ...checkSteps(steps),
    ...(experiments === undefined ? [] : unknownExperiments(steps, experiments)),
  ];
}

/** Without a date nobody knows what is to be announced. */
function checkAnnounce({ announce, window }: Readonly<Record<string, unknown>>): Problem[] {
  if (announce === undefined || window !== undefined) return [];
  return [
    {
      path: ['announce'],
      code: 'nothing-to-announce',
      message: 'A game day without a window begins when a person starts it, so it cannot be announced ahead',
      found: show(announce),
      expected: 'a window with a date, or no announce',
      at: 'key',
    },
  ];
}

function checkSteps(steps: readonly unknown[]): Problem[] {
  const pauses = steps.flatMap((step, index) =>
    isMapping(step) && isMapping(step['pause']) ? checkPause(step['pause'], ['steps', index, 'pause']) : [],
  );
  if (steps.length === 0 || namesIn(steps).length > 0 || !steps.every(isPause)) return pauses;
  const nothing: Problem = {
    path: ['steps'],
    code: 'no-experiment',
    message: 'This game day runs no experiment',
    found: `${steps.length} pauses`,
    expected: 'a step with run: NAME or parallel: [NAMES]',
    at: 'key',
  };
  return [...pauses, nothing];
}

function isPause(step: unknown): boolean {
  return isMapping(step) && Object.hasOwn(step, 'pause');
}

function checkPause(pause: Readonly<Record<string, unknown>>, path: Path): Problem[] {
  const { until, atMost } = pause;
  if (until === 'approved' && atMost === undefined)
    return [
      {
        path,
        code: 'missing',
        message: 'atMost is missing: nobody may answer',
        found: '',
        expected: 'atMost: 20m, after which the game day ends',
      },
    ];
  if (typeof until === 'number' && atMost !== undefined)
    return [
      {
        path: [...path, 'atMost'],
        code: 'not-both',
        message: 'A pause that ends by itself takes no atMost',
        found: show(atMost),
        expected: 'until: approved with atMost, or until: 10m alone',
        at: 'key',
      },
    ];
  return [];
}

/** Names that no experiment has, each where it stands. */
export function unknownExperiments(steps: readonly unknown[], known: readonly string[]): Problem[] {
  return namesIn(steps)
    .filter(({ name }) => !known.includes(name))
    .map(({ name, path }) => {
      const meant = suggest(name, known);
      return {
        path,
        code: 'unknown-experiment',
        message: `There is no experiment ${show(name)}`,
        found: name,
        expected: meant === undefined ? 'the name of an experiment' : `did you mean "${meant}"?`,
      };
    });
}

/** The names of experiments, with their places. */
export function namesIn(
  steps: readonly unknown[],
): readonly { readonly name: string; readonly path: Path }[] {
  return steps.flatMap((step, index) => {
    if (!isMapping(step)) return [];
    const path = ['steps', index];
    const { run, parallel } = step;
    const side: readonly unknown[] = Array.isArray(parallel) ? parallel : [];
    return [
      ...(typeof run === 'string' ? [{ name: run, path: [...path, 'run'] }] : []),
      ...side.flatMap((name, place) =>
        typeof name === 'string' ? [{ name, path: [...path, 'parallel', place] }] : [],
      ),
    ];
  });
}
