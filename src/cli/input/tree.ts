import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path } from '../../core/problem.ts';
import type { Mistake } from './mistake.ts';
import { PlaceIndex, type Range } from './positions.ts';

/** Names that would replace what comparisons of values rely on; no property is called so. */
const reserved: ReadonlySet<string> = new Set(['valueOf', 'toString']);

/** With every alias written out; no experiment comes near it. */
const maxValues = 20_000;

export interface Tree {
  readonly value: unknown;
  readonly places: PlaceIndex;
  readonly mistakes: readonly Mistake[];
}

/** The plain value of a document, and where each part of it stands. Ranges are those of the document. */
export function toTree(document: Document, lineOf: (offset: number) => number): Tree {
  const walk = new Walk(lineOf);
  const value = walk.read(document.contents, [], undefined);
  return { value, places: walk.places, mistakes: walk.mistakes };
}

class Walk {
  readonly places = new PlaceIndex();
  readonly mistakes: Mistake[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #lineOf: (offset: number) => number;
  #values = 0;

  constructor(lineOf: (offset: number) => number) {
    this.#lineOf = lineOf;
  }

  /** `at` is where an alias stands, for everything that it brings in. */
  read(node: Node | null, path: Path, key: Range | undefined, at?: Range): unknown {
    const range = at ?? rangeOf(node);
    this.places.set(path, key === undefined ? { value: range } : { key, value: range });
    if (++this.#values > maxValues) {
      if (this.#values === maxValues + 1) {
        this.#mistake(
          range,
          'alias-bomb',
          `The file stands for more than ${maxValues} values`,
          'write less of it',
        );
      }
      return null;
    }
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node.source, path, key, range);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const value = this.#content(node, path, at);
    this.#open.delete(node);
    return value;
  }

  #alias(name: string, path: Path, key: Range | undefined, range: Range): unknown {
    const target = this.#anchors.get(name);
    if (target !== undefined && !this.#open.has(target)) return this.read(target, path, key, range);
    const message =
      target === undefined ? `There is no anchor "&${name}" before this` : `"*${name}" contains itself`;
    this.#mistake(range, 'bad-alias', message, 'write the value itself');
    return null;
  }

  #content(node: Node, path: Path, at: Range | undefined): unknown {
    if (isSeq(node)) {
      return node.items.map((item, index) => this.read(item as Node | null, [...path, index], undefined, at));
    }
    if (isMap(node)) return this.#mapping(node.items, path, at);
    if (isScalar(node)) return this.#scalar(node.value, node.source, at ?? rangeOf(node));
    return null;
  }

  #scalar(value: unknown, source: string | undefined, range: Range): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    // A number that is none in JSON, or something made by a tag: what was written is what can be judged.
    if (typeof value !== 'number')
      this.#mistake(range, 'unsupported-tag', 'Tags mean nothing here', 'write plain text');
    return source ?? null;
  }

  #mapping(pairs: readonly Pair[], path: Path, at: Range | undefined): Record<string, unknown> {
    const entries = new Map<string, { readonly value: unknown; readonly offset: number }>();
    for (const pair of pairs) {
      const keyRange = at ?? rangeOf(pair.key as Node | null);
      const name = isScalar(pair.key) ? nameOf(pair.key.value, pair.key.source) : undefined;
      if (name === undefined) {
        this.#mistake(keyRange, 'bad-name', 'A name must be text', 'write a property name');
        continue;
      }
      if (reserved.has(name)) {
        this.#mistake(keyRange, 'bad-name', `No property can be called "${name}"`, 'take it out', name);
        continue;
      }
      const first = entries.get(name);
      if (first !== undefined) {
        const line = this.#lineOf(first.offset);
        this.#mistake(
          keyRange,
          'duplicate-name',
          `"${name}" stands here twice`,
          `it is also on line ${line}: keep one of them`,
          name,
        );
        continue;
      }
      const node = (pair.value as Node | null | undefined) ?? null;
      const value = this.read(node, [...path, name], keyRange, at ?? (node === null ? keyRange : undefined));
      entries.set(name, { value, offset: keyRange[0] });
    }
    // Not by assignment: "__proto__" is a name like any other.
    return Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
  }

  #mistake(range: Range, code: string, message: string, help: string, found = ''): void {
    this.mistakes.push({ range, code, message, found, help });
  }
}

function nameOf(value: unknown, source: string | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return value === null ? undefined : source;
}

function rangeOf(node: Node | null): Range {
  const [start = 0, end = start] = node?.range ?? [];
  return [start, end];
}
