import type { Range } from './positions.ts';

interface Edit {
  readonly start: number;
  readonly before: number;
  readonly after: number;
}

/** A text and the edits made to it, so that places in the edited text can be found in the original. */
export class Mends {
  text: string;
  readonly #edits: Edit[] = [];

  constructor(text: string) {
    this.text = text;
  }

  replace([start, end]: Range, replacement: string): void {
    this.text = this.text.slice(0, start) + replacement + this.text.slice(end);
    if (replacement.length === end - start) return;
    this.#edits.push({ start, before: end - start, after: replacement.length });
  }

  original([start, end]: Range): Range {
    let [from, to] = [start, end];
    for (const edit of this.#edits.toReversed()) {
      from = undo(edit, from, false);
      to = undo(edit, to, true);
    }
    return [from, Math.max(from, to)];
  }
}

/** Within an edit, the start of a range goes to the start of what was there and its end to the end of it. */
function undo({ start, before, after }: Edit, offset: number, isEnd: boolean): number {
  if (offset >= start + after) return offset - after + before;
  if (offset <= start) return offset;
  return isEnd ? start + before : start;
}
