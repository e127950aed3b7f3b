/** One step into an event: a key, a place in a list, or every place of a list. */
export type Step =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'any' };

export type EventPath = readonly Step[];

/** What is wrong with a path, and what would be right. */
export interface PathProblem {
  readonly problem: string;
  readonly expected: string;
}

const MOST_STEPS = 20;
const MOST_CHARACTERS = 256;
const PLAIN_KEY = /^[A-Za-z0-9_$@-]+/;
const IN_BRACKETS = /^\[(?:(\*)|(0|[1-9][0-9]{0,5})|("(?:[^"\\]|\\.)*"|'[^']*'))\]/;

/**
 * Reads a path such as `detail.amount`, `headers.x-canary`, `Records[*].body.type`, `Records[0].body` or
 * `requestContext["http.method"]`.
 */
export function parsePath(text: string): EventPath | PathProblem {
  if (text === '') return { problem: 'the path is empty', expected: 'a path such as detail.amount' };
  if (text.length > MOST_CHARACTERS) {
    return {
      problem: `the path has ${text.length} characters`,
      expected: `at most ${MOST_CHARACTERS} characters`,
    };
  }
  const steps: Step[] = [];
  for (let rest = text; rest !== '';) {
    const found = nextStep(rest, steps.length === 0);
    if ('problem' in found) return at(text.length - rest.length, found);
    steps.push(found.step);
    rest = rest.slice(found.length);
  }
  return steps.length <= MOST_STEPS
    ? steps
    : { problem: `the path goes ${steps.length} steps deep`, expected: `at most ${MOST_STEPS} steps` };
}

export function isPath(parsed: EventPath | PathProblem): parsed is EventPath {
  return !('problem' in parsed);
}

/** Why a path cannot be read, and what could be; undefined where it can. */
export function pathProblem(text: string): PathProblem | undefined {
  const parsed = parsePath(text);
  return isPath(parsed) ? undefined : parsed;
}

/** The path of which it is known that it can be read; throws where it cannot. */
export function pathOf(text: string): EventPath {
  const parsed = parsePath(text);
  if (isPath(parsed)) return parsed;
  throw new Error(`${text} is no path: ${parsed.problem}; ${parsed.expected}`);
}

function nextStep(rest: string, first: boolean): { step: Step; length: number } | PathProblem {
  if (rest.startsWith('[')) return bracketStep(rest);
  const dot = rest.startsWith('.');
  if (first && dot)
    return { problem: 'it begins with a dot', expected: 'a key first, such as detail.amount' };
  if (!first && !dot) return unreadable(rest);
  const [key] = PLAIN_KEY.exec(dot ? rest.slice(1) : rest) ?? [];
  if (key === undefined) return missingKey(dot ? rest.slice(1) : rest);
  return { step: { type: 'key', key }, length: key.length + (dot ? 1 : 0) };
}

function bracketStep(rest: string): { step: Step; length: number } | PathProblem {
  const [whole, any, index, quoted] = IN_BRACKETS.exec(rest) ?? [];
  if (whole === undefined) {
    return {
      problem: `${shown(rest)} is no step`,
      expected: '[*] for every record, [0] for the first one, or ["a key"] in quotes',
    };
  }
  if (any !== undefined) return { step: { type: 'any' }, length: whole.length };
  if (index !== undefined) return { step: { type: 'index', index: Number(index) }, length: whole.length };
  const key = unquoted(quoted ?? '');
  if (key !== undefined) return { step: { type: 'key', key }, length: whole.length };
  return { problem: `${quoted ?? ''} is not rightly quoted`, expected: 'a key in quotes, as in JSON' };
}

function unquoted(quoted: string): string | undefined {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    const key: unknown = JSON.parse(quoted);
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

function missingKey(rest: string): PathProblem {
  if (rest === '') return { problem: 'it ends with a dot', expected: 'a key after the dot' };
  if (rest.startsWith('*'))
    return { problem: 'a * stands alone', expected: '[*] for every record of a list' };
  return unreadable(rest);
}

function unreadable(rest: string): PathProblem {
  return {
    problem: `${shown(rest)} cannot be read`,
    expected: 'letters, digits, - and _; any other key in brackets and quotes: requestContext["http.method"]',
  };
}

function at(place: number, { problem, expected }: PathProblem): PathProblem {
  return { problem: place === 0 ? problem : `${problem} (at character ${place + 1})`, expected };
}

function shown(rest: string): string {
  return `"${rest.length > 20 ? `${rest.slice(0, 20)}…` : rest}"`;
}
