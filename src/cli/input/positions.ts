import type { Path } from '../../core/problem.ts';

/** Half-open range of offsets into a text. */
export type Range = readonly [start: number, end: number];

/** Where a property's name and its value stand. */
export interface Place {
  readonly key?: Range;
  readonly value: Range;
}

/** Where everything in a file stands, by path. */
export class PlaceIndex {
  readonly #places = new Map<string, Place>();

  set(path: Path, place: Place): void {
    this.#places.set(JSON.stringify(path), place);
  }

  get(path: Path): Place | undefined {
    return this.#places.get(JSON.stringify(path));
  }

  /** The place of this path, or of the nearest one around it that stands in the file. */
  nearest(path: Path): { readonly place: Place; readonly exact: boolean } | undefined {
    for (let length = path.length; length >= 0; length--) {
      const place = this.get(path.slice(0, length));
      if (place !== undefined) return { place, exact: length === path.length };
    }
    return undefined;
  }
}

/** Lines of a text, for turning offsets into lines and columns (both from 1; columns in characters of JavaScript). */
export class Lines {
  readonly #starts: readonly number[];
  readonly #text: string;

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    this.#text = text;
  }

  position(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Offset of the first character of a line. */
  start(line: number): number {
    return this.#starts[line - 1] ?? this.#text.length;
  }

  /** A line without its line break. */
  text(line: number): string {
    const next = this.#starts[line];
    return this.#text.slice(this.start(line), next === undefined ? undefined : next - 1).replace(/\r$/, '');
  }
}
