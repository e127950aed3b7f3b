import { maxInvocationMs } from './experiment-parts.ts';
import { listing, type Path, type Problem } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { formatDuration } from './units.ts';

/** The modelled errors of each AWS service, by the service's name. */
export type ErrorsByService = Readonly<Record<string, readonly string[]>>;

/** What the schema cannot say of one fault. Its quantities are resolved; parts of a wrong shape are passed over. */
export function checkFault(
  path: Path,
  fault: Readonly<Record<string, unknown>>,
  errorsByService: ErrorsByService | undefined,
): Problem[] {
  return [...checkDelay(path, fault['delay']), ...checkService(path, fault, errorsByService)];
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

function checkService(
  path: Path,
  fault: Readonly<Record<string, unknown>>,
  errorsByService: ErrorsByService | undefined,
): Problem[] {
  const { service, error } = fault;
  if (errorsByService === undefined || typeof service !== 'string' || typeof error !== 'string') return [];
  const known = Object.hasOwn(errorsByService, service) ? (errorsByService[service] ?? []) : [];
  if (known.includes(error)) return [];
  const owners = Object.keys(errorsByService).filter((name) => errorsByService[name]?.includes(error));
  const whose = owners.length === 0 ? '' : `; it is an error of ${listing(owners, 'and')}`;
  return [
    {
      path: [...path, 'error'],
      code: 'error-of-another-service',
      message: `The service "${service}" never answers ${error}${whose}`,
      found: error,
      expected: known.length === 0 ? 'another service' : `one of ${listing(known, 'or')}`,
    },
  ];
}
