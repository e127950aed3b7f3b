import { formatPath, type Problem } from '../../core/problem.ts';
import { isMapping } from '../../core/schema-branch.ts';
import { explain } from './explain.ts';
import type { FileProblem } from './file-problem.ts';
import { type FileKind, formats, recognise, unexplained } from './formats.ts';
import type { Mistake } from './mistake.ts';
import { parseText, type ParsedText } from './parse-text.ts';
import { Lines, type Place, type Range } from './positions.ts';
import type { Source } from './source.ts';
import { toTree, type Tree } from './tree.ts';

export interface CheckedText {
  /** Undefined where the file could not be recognised at all. */
  readonly kind: FileKind | undefined;
  /** As authored: quantities are text. Follows its schema where there are no problems. */
  readonly value: unknown;
  /** By position. */
  readonly problems: readonly FileProblem[];
  /** The same form for problems that are found in the value later. */
  locate(problems: readonly Problem[]): FileProblem[];
}

/**
 * Everything that is wrong in a file's text: YAML, format, schema, and what `check` finds in the value (of a recognised
 * kind; its shape may still be wrong).
 */
export function checkText(
  source: Source,
  wanted: FileKind | undefined,
  check: (kind: FileKind, value: unknown) => readonly Problem[],
): CheckedText {
  const parsed = parseText(source.text);
  const lines = new Lines(source.text);
  const lineOf = (offset: number): number => lines.position(parsed.original([offset, offset])[0]).line;
  const tree = parsed.document === null ? undefined : toTree(parsed.document, lineOf);
  const treeMistakes = (tree?.mistakes ?? []).map((mistake) => ({
    ...mistake,
    range: parsed.original(mistake.range),
  }));
  const mistakes = [...parsed.mistakes, ...treeMistakes];
  const fromText = mistakes.map((mistake) => locateMistake(mistake, source, lines));
  if (tree === undefined) return finish(undefined, undefined, fromText, () => []);
  const silent = [...parsed.guessed, ...treeMistakes.filter(isValueLost).map(({ range }) => range)];
  const locate = (problems: readonly Problem[]): FileProblem[] =>
    problems.flatMap((problem) => locateProblem(problem, tree, parsed, silent, source, lines));
  if (!isMapping(tree.value)) {
    return finish(
      undefined,
      tree.value,
      fromText.length > 0 ? fromText : locate([notAMapping(tree.value)]),
      locate,
    );
  }
  const file = recognise(tree.value, wanted);
  if (file.kind === undefined)
    return finish(undefined, tree.value, [...fromText, ...locate(file.problems)], locate);
  const fromSchema = explainFile(file.kind, file.value);
  const told = new Set(fromSchema.map(({ path }) => JSON.stringify(path)));
  const fromCheck = check(file.kind, file.value).filter(({ path }) => !told.has(JSON.stringify(path)));
  const all = [...fromText, ...locate([...file.problems, ...fromSchema, ...fromCheck])];
  return finish(file.kind, file.value, all, locate);
}

/** What a file is, however much is wrong with it; undefined where it cannot be recognised. */
export function kindOfText({ text }: Source): FileKind | undefined {
  const { document } = parseText(text);
  const value = document === null ? undefined : toTree(document, () => 0).value;
  return isMapping(value) ? recognise(value, undefined).kind : undefined;
}

function finish(
  kind: FileKind | undefined,
  value: unknown,
  problems: FileProblem[],
  locate: CheckedText['locate'],
): CheckedText {
  const sorted = problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { kind, value, problems: sorted, locate };
}

function explainFile(kind: FileKind, value: unknown): Problem[] {
  const { schema, validate } = formats[kind];
  if (validate(value)) return [];
  const explained = explain(schema, value, []);
  return [...explained, ...unexplained(kind, value, explained)];
}

/** Mistakes that leave a value nobody wrote. */
function isValueLost({ code }: Mistake): boolean {
  return code === 'bad-alias' || code === 'unsupported-tag' || code === 'alias-bomb';
}

function notAMapping(value: unknown): Problem {
  const empty = value === null || value === undefined;
  return {
    path: [],
    code: empty ? 'empty-file' : 'not-a-mapping',
    message: empty ? 'The file is empty' : 'The file must be a mapping of properties',
    found: '',
    expected: 'begin with inoculate: experiment/1',
  };
}

function locateProblem(
  problem: Problem,
  tree: Tree,
  parsed: ParsedText,
  silent: readonly Range[],
  source: Source,
  lines: Lines,
): FileProblem[] {
  const nearest = tree.places.nearest(problem.path);
  const range = parsed.original(
    nearest === undefined ? [0, 0] : rangeIn(nearest.place, problem, nearest.exact),
  );
  // What follows a syntax error was not understood: what seems to be missing may stand there.
  const lost =
    range[0] >= parsed.lostFrom || (problem.code === 'missing' && Number.isFinite(parsed.lostFrom));
  if (lost || silent.some(([start, end]) => start <= range[0] && range[0] < Math.max(end, start + 1)))
    return [];
  const { code, message, found, expected } = problem;
  const place = locateMistake({ range, code, message, found, help: expected }, source, lines);
  return [{ ...place, path: formatPath(problem.path) }];
}

const aboutTheWhole: ReadonlySet<string> = new Set(['missing', 'too-few', 'too-many', 'one-of']);

function rangeIn({ key, value }: Place, problem: Problem, exact: boolean): Range {
  if (key === undefined) return value;
  const byName = problem.at === 'key' || !exact || aboutTheWhole.has(problem.code) || value[0] === value[1];
  return byName ? key : value;
}

function locateMistake(mistake: Mistake, { file, text }: Source, lines: Lines): FileProblem {
  const start = Math.max(0, Math.min(mistake.range[0], text.length));
  const { line, column } = lines.position(start);
  const source = lines.text(line);
  const length = Math.max(1, Math.min(mistake.range[1] - start, source.length - column + 1));
  const { code, message, found, help } = mistake;
  return { file, line, column, length, path: '', code, message, found, help, source };
}
