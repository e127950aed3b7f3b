import { pathProblem } from '../layer/event/path.ts';
import { type Path, type Problem, show } from './problem.ts';

/** What a fault changes in an answer: its path can be read, and there is a value where, and only where, one is put there. */
export function checkCorruption(path: Path, fault: Readonly<Record<string, unknown>>): Problem[] {
  if (fault['kind'] !== 'invocation.corrupt') return [];
  return [...checkPath([...path, 'path'], fault['path']), ...checkValue(path, fault)];
}

function checkPath(path: Path, text: unknown): Problem[] {
  // What is no text, or none at all, is told by the schema.
  if (typeof text !== 'string' || text === '') return [];
  const found = pathProblem(text);
  if (found === undefined) return [];
  const message = `This is no path into an answer: ${found.problem}`;
  return [{ path, code: 'malformed-path', message, found: text, expected: found.expected }];
}

const mostCharacters = 4096;

function checkValue(path: Path, { with: how, value }: Readonly<Record<string, unknown>>): Problem[] {
  if (typeof how !== 'string') return [];
  if (how !== 'replace' && value !== undefined)
    return [
      {
        path: [...path, 'value'],
        code: 'value-without-replace',
        message: `"${how}" puts no value there`,
        found: show(value),
        expected: 'with: replace, or no "value"',
      },
    ];
  if (how === 'replace' && value === undefined)
    return [
      {
        path: [...path, 'with'],
        code: 'missing',
        message: '"replace" needs the value that it puts there',
        found: how,
        expected: 'a "value" beside it, any JSON',
      },
    ];
  const { length } = JSON.stringify(value ?? null);
  if (length <= mostCharacters) return [];
  return [
    {
      path: [...path, 'value'],
      code: 'too-long',
      message: `The value has ${length} characters of JSON`,
      found: `${length} characters`,
      expected: `at most ${mostCharacters}`,
    },
  ];
}
