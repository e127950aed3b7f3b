/** How large the terminal is at the moment, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Up so many lines, to their first column. */
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}F` : '');
const clearToLineEnd = '\u001b[K';
const clearBelow = '\u001b[J';

/**
 * Rewrites a block of lines at the end of a terminal's output, while other lines scroll by above it. Each change is one
 * write that draws over what is there: nothing is blank in between, so nothing flickers.
 */
export class LiveBlock {
  readonly #write: (text: string) => void;
  readonly #size: () => TerminalSize;
  #drawn: readonly string[] = [];
  #columns = 0;

  constructor(write: (text: string) => void, size: () => TerminalSize) {
    this.#write = write;
    this.#size = size;
  }

  /** Replaces the block. What does not fit the terminal is cut off. */
  show(lines: readonly string[]): void {
    this.#draw([], lines);
  }

  /** Puts lines above the block, for good. They are not cut off. */
  print(lines: readonly string[]): void {
    this.#draw(lines, this.#drawn);
  }

  /** Takes the block away. */
  clear(): void {
    if (this.#drawn.length > 0) this.#draw([], []);
  }

  #draw(above: readonly string[], block: readonly string[]): void {
    const { columns, rows } = this.#size();
    // The last column stays free, since some terminals wrap as soon as it is written to; and the last row has the cursor.
    const fitting = block
      .slice(0, Math.max(1, rows - 1))
      .map((line) => line.slice(0, Math.max(1, columns - 1)));
    const text = [...above, ...fitting].map((line) => `${line}${clearToLineEnd}\n`).join('');
    // Some terminals remember which lines they wrapped when they were made narrower, unless those are cleared first.
    const first = columns === this.#columns ? '' : clearBelow;
    this.#write(`${up(this.#height(columns))}${first}${text}${clearBelow}`);
    this.#columns = columns;
    this.#drawn = fitting;
  }

  /** In a terminal that was made narrower meanwhile, what was drawn takes more lines now. */
  #height(columns: number): number {
    return this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(line.length / Math.max(1, columns))),
      0,
    );
  }
}

/** Text in lines of at most `width` characters, broken between words; only a longer word stands out. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
