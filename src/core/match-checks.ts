import { pathProblem } from '../layer/event/path.ts';
import type { Path, Problem } from './problem.ts';
import { isMapping } from './schema-branch.ts';

/** Which invocations a fault is for: its paths can be read, and its conditions can be met. */
export function checkMatch(path: Path, { match, stickyBy }: Readonly<Record<string, unknown>>): Problem[] {
  const conditions: readonly unknown[] = Array.isArray(match) ? match : [];
  return [
    ...conditions.flatMap((condition, index) =>
      isMapping(condition) ? checkCondition([...path, 'match', index], condition) : [],
    ),
    ...checkPath([...path, 'stickyBy'], stickyBy),
    ...checkOneValue([...path, 'stickyBy'], stickyBy),
  ];
}

function checkCondition(path: Path, condition: Readonly<Record<string, unknown>>): Problem[] {
  return [
    ...checkPath([...path, 'path'], condition['path']),
    ...checkAbsence(path, condition),
    ...checkRange(path, condition),
  ];
}

function checkPath(path: Path, text: unknown): Problem[] {
  // What is no text, or none at all, is told by the schema.
  if (typeof text !== 'string' || text === '') return [];
  const found = pathProblem(text);
  if (found === undefined) return [];
  const { problem, expected } = found;
  const message = `This is no path into an event: ${problem}`;
  return [{ path, code: 'malformed-path', message, found: text, expected }];
}

function checkOneValue(path: Path, text: unknown): Problem[] {
  if (typeof text !== 'string' || !text.includes('[*]')) return [];
  return [
    {
      path,
      code: 'several-values',
      message: 'An invocation sticks by one value, and [*] means that of every record',
      found: text,
      expected: `the path of one value, such as ${text.replaceAll('[*]', '[0]')}`,
    },
  ];
}

/** Of what is not there, nothing else can be true. */
function checkAbsence(path: Path, condition: Readonly<Record<string, unknown>>): Problem[] {
  if (condition['exists'] !== false) return [];
  const others = Object.keys(condition).filter((name) => name !== 'path' && name !== 'exists');
  const [first] = others;
  if (first === undefined) return [];
  return [
    {
      path: [...path, first],
      code: 'never-matches',
      message: `A value that must not exist cannot have "${first}" as well`,
      found: first,
      expected: 'exists: false alone, or no "exists"',
      at: 'key',
    },
  ];
}

/** No number is in an empty range. */
function checkRange(path: Path, condition: Readonly<Record<string, unknown>>): Problem[] {
  return (['atLeast', 'above'] as const).flatMap((low) =>
    (['atMost', 'below'] as const).flatMap((high): Problem[] => {
      const [from, to] = [condition[low], condition[high]];
      if (typeof from !== 'number' || typeof to !== 'number') return [];
      const mayTouch = low === 'atLeast' && high === 'atMost';
      if (from < to || (mayTouch && from === to)) return [];
      return [
        {
          path: [...path, high],
          code: 'empty-range',
          message: `No number is both ${words[low]} ${from} and ${words[high]} ${to}`,
          found: String(to),
          expected: mayTouch ? `${from} or more` : `more than ${from}`,
        },
      ];
    }),
  );
}

const words = { atLeast: 'at least', above: 'above', atMost: 'at most', below: 'below' } as const;
