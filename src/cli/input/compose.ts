import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isScalar,
  Lexer,
  type Node,
  Parser,
  visit,
  type YAMLError,
} from 'yaml';
import type { Range } from './positions.ts';

const maxDepth = 60;
const maxLexemes = 60_000;

export interface Composed {
  readonly document: Document;
  readonly errors: readonly YAMLError[];
  /** Where a second document starts. */
  readonly second: Range | undefined;
}

/** YAML 1.2 (and so JSON) text as a document with positions; null where it is nested too deeply or has too many parts. */
export function compose(text: string): Composed | null {
  const tokens = tokenize(text);
  if (tokens === null) return null;
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    // Found by our own walk, in linear time.
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const document = documents[0];
  if (document === undefined) throw new Error('A YAML stream has at least one document');
  const second = documents[1]?.range;
  return {
    document,
    errors: [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]),
    second: second === undefined ? undefined : [second[0], second[0] + 1],
  };
}

/** The parser itself does not recurse, the composer does: depth is bounded between them. */
function tokenize(text: string): CST.Token[] | null {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes++;
    if (lexemes > maxLexemes || parser.stack.length > maxDepth) return null;
    tokens.push(...parser.next(lexeme));
  }
  tokens.push(...parser.end());
  return tokens;
}

/** What the traps ask of a document. */
export interface Shape {
  /** Starts of values and list items that are there but empty. */
  readonly empty: readonly number[];
  readonly plains: readonly { readonly range: Range; readonly value: unknown }[];
  /** Quoted and block text, in order. */
  readonly texts: readonly Range[];
  readonly flows: readonly Range[];
  /** Aliases without an anchor of that name. */
  readonly lostAliases: readonly Range[];
}

export function shapeOf(document: Document): Shape {
  const empty: number[] = [];
  const plains: { range: Range; value: unknown }[] = [];
  const texts: Range[] = [];
  const flows: Range[] = [];
  const anchors = new Set<string>();
  const aliases: { range: Range; source: string }[] = [];
  const look = (node: Node): void => {
    const range: Range = [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
    if (isAlias(node)) {
      aliases.push({ range, source: node.source });
      return;
    }
    if (node.anchor !== undefined) anchors.add(node.anchor);
    if (isCollection(node) && node.flow === true) flows.push(range);
    if (!isScalar(node)) return;
    if (node.value === null && range[0] === range[1]) empty.push(range[0]);
    else if (node.type === 'PLAIN') plains.push({ range, value: node.value });
    else texts.push(range);
  };
  visit(document, { Node: (_, node) => look(node) });
  const lostAliases = aliases.filter(({ source }) => !anchors.has(source)).map(({ range }) => range);
  return { empty, plains, texts, flows, lostAliases };
}

/** Whether an offset lies within quoted or block text. */
export function insideText({ texts }: Shape, offset: number): boolean {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((texts[middle]?.[1] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return (texts[low]?.[0] ?? Number.POSITIVE_INFINITY) <= offset;
}

export function within(ranges: readonly Range[], offset: number): boolean {
  return ranges.some(([start, end]) => start <= offset && offset < end);
}
