import { checkCorruption } from './corruption-checks.ts';
import { maxInvocationMs } from './experiment-parts.ts';
import { checkMatch } from './match-checks.ts';
import { type Path, type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { suggest } from './suggest.ts';
import { formatDuration } from './units.ts';

/** Which calls a fault of a dependency means, and how they are answered. */
interface DependencyWish {
  readonly service: string;
  readonly operations?: readonly string[];
  readonly resource?: string;
  readonly error?: string;
  readonly entries?: number;
}

/** Why a wish can never come true, at which of its parameters, and what could; undefined where it can. */
export type DependencyCheck = (
  wish: DependencyWish,
  suggestion: typeof suggest,
) => DependencyTrouble | undefined;

interface DependencyTrouble {
  readonly parameter: string;
  /** Of an item of a list. */
  readonly index?: number;
  readonly message: string;
  readonly expected: string;
}

/** What the schema cannot say of one fault. Its quantities are resolved; parts of a wrong shape are passed over. */
export function checkFault(
  path: Path,
  fault: Readonly<Record<string, unknown>>,
  dependencyTrouble: DependencyCheck | undefined,
): Problem[] {
  return [
    ...checkMatch(path, fault),
    ...checkCorruption(path, fault),
    ...checkDelay(path, fault['delay']),
    ...checkDependency(path, fault, dependencyTrouble),
  ];
}

function checkDelay(path: Path, delay: unknown): Problem[] {
  if (typeof delay === 'number') return tooLongForLambda([...path, 'delay'], delay);
  if (!isMapping(delay)) return [];
  const pair = (low: string, high: string): Problem[] => {
    const [a, b] = [delay[low], delay[high]];
    const problems = [a, b].flatMap((ms, index) =>
      typeof ms === 'number' ? tooLongForLambda([...path, 'delay', index === 0 ? low : high], ms) : [],
    );
    if (typeof a !== 'number' || typeof b !== 'number' || a < b || problems.length > 0) return problems;
    return [
      {
        path: [...path, 'delay', high],
        code: 'not-ascending',
        message: `"${high}" must be longer than "${low}", which is ${formatDuration(a)}`,
        found: formatDuration(b),
        expected: `more than ${formatDuration(a)}`,
      },
    ];
  };
  return [...pair('min', 'max'), ...pair('p50', 'p99')];
}

function tooLongForLambda(path: Path, ms: number): Problem[] {
  if (ms <= maxInvocationMs) return [];
  return [
    {
      path,
      code: 'too-long',
      message: `A delay of ${formatDuration(ms)} is longer than any Lambda invocation may take`,
      found: formatDuration(ms),
      expected: `at most ${formatDuration(maxInvocationMs)}`,
    },
  ];
}

function checkDependency(
  path: Path,
  fault: Readonly<Record<string, unknown>>,
  dependencyTrouble: DependencyCheck | undefined,
): Problem[] {
  const { service, operations, resource, error, entries } = fault;
  if (dependencyTrouble === undefined || typeof service !== 'string') return [];
  const trouble = dependencyTrouble(
    {
      service,
      ...(areOperations(operations) ? { operations } : {}),
      ...(typeof resource === 'string' ? { resource } : {}),
      ...(typeof error === 'string' ? { error } : {}),
      ...(typeof entries === 'number' ? { entries } : {}),
    },
    suggest,
  );
  if (trouble === undefined) return [];
  const { parameter, index, message, expected } = trouble;
  const whole = fault[parameter];
  const found: unknown = index === undefined || !Array.isArray(whole) ? whole : whole[index];
  const at = [...path, parameter, ...(index === undefined ? [] : [index])];
  return [{ path: at, code: 'never-happens', message, found: show(found), expected }];
}

/** Names as the API has them; those of another form are told by the schema. */
function areOperations(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && /^[A-Z]/.test(item));
}
