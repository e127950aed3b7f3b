import type { Document, YAMLError } from 'yaml';
import { compose, type Composed, type Shape, shapeOf } from './compose.ts';
import type { Mistake } from './mistake.ts';
import { Mends } from './mends.ts';
import type { Range } from './positions.ts';
import { findTrap } from './traps.ts';
import { explainYamlError, isHarmless } from './yaml-errors.ts';

/** More mistakes of spelling than a person would mend in one go. */
const maxTraps = 50;

export interface ParsedText {
  /** Null where the text is too deep or has too many parts. */
  readonly document: Document | null;
  /** Ranges are those of the original text. */
  readonly mistakes: readonly Mistake[];
  /** From a range of the document to one of the original text. */
  original(range: Range): Range;
  /** Where something was guessed: whatever else is found there is not worth saying. */
  readonly guessed: readonly Range[];
  /** From here on the text was not understood; infinity where all of it was. */
  readonly lostFrom: number;
}

/** YAML or JSON, with as much understood as can be in spite of mistakes. */
export function parseText(text: string): ParsedText {
  const mistakes: Mistake[] = [];
  const guessed: Range[] = [];
  const mended = new Set<number>();
  const mends = new Mends(text);
  const comment = jsonComments(text, mends);
  if (comment !== undefined) mistakes.push(comment);
  for (let round = 0; ; round++) {
    const composed = compose(mends.text);
    if (composed === null) return tooMuch(mistakes, text);
    const shape = shapeOf(composed.document);
    const trap = round < maxTraps ? findTrap(mends.text, composed, shape) : undefined;
    const range = trap === undefined ? undefined : mends.original(trap.range);
    // What was mended and is wrong still is no trap but something else.
    if (trap === undefined || range === undefined || mended.has(range[0])) {
      return finish(composed, shape, mistakes, guessed, mends);
    }
    mended.add(range[0]);
    const { code, message, found, help } = trap;
    mistakes.push({ range, code, message, found, help });
    const areas = trap.mend.map((mend) => mends.original(mend.range));
    if (trap.guess) guessed.push(...areas);
    for (const mend of [...trap.mend].reverse()) mends.replace(mend.range, mend.text);
  }
}

function finish(
  composed: Composed,
  shape: Shape,
  mistakes: Mistake[],
  guessed: readonly Range[],
  mends: Mends,
): ParsedText {
  const original = (range: Range): Range => mends.original(range);
  const tell = (error: YAMLError): number => {
    const mistake = explainYamlError(error, mends.text, shape);
    const range = original(mistake.range);
    mistakes.push({ ...mistake, range });
    return range[0];
  };
  for (const error of composed.errors.filter(isHarmless)) tell(error);
  const [lost] = composed.errors.filter((error) => !isHarmless(error));
  if (composed.second !== undefined) {
    mistakes.push({
      range: original(composed.second),
      code: 'several-documents',
      message: 'A second document starts here',
      found: '---',
      help: 'one document for each file',
    });
  }
  const lostFrom = lost === undefined ? Number.POSITIVE_INFINITY : tell(lost);
  return { document: composed.document, mistakes, original, guessed, lostFrom };
}

function tooMuch(mistakes: Mistake[], text: string): ParsedText {
  mistakes.push({
    range: [0, Math.min(1, text.length)],
    code: 'too-complex',
    message: 'The file is nested too deeply or has too many parts',
    found: '',
    help: 'no experiment needs it',
  });
  return { document: null, mistakes, original: (range) => range, guessed: [], lostFrom: 0 };
}

/** Comments in JSON are replaced by spaces, and told once. */
function jsonComments(text: string, mends: Mends): Mistake | undefined {
  if (!/^\s*(\/[/*][^{[]*)?[{[]/.test(text.slice(0, 2000))) return undefined;
  const comments = [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g)].filter(
    (match) => !match[0].startsWith('"'),
  );
  for (const { 0: comment, index } of comments) {
    mends.replace([index, index + comment.length], comment.replace(/[^\n]/g, ' '));
  }
  const [first] = comments;
  if (first === undefined) return undefined;
  return {
    range: [first.index, first.index + (first[0].split('\n')[0] ?? '').length],
    code: 'json-comment',
    message: `JSON has no comments${comments.length === 1 ? '' : ` (${comments.length} here)`}`,
    found: first[0],
    help: 'take them out, or write the file as YAML with # comments',
  };
}
