/** Rewrites a block of lines at the end of a terminal's output; other lines scroll by above it. */
export class LiveBlock {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #height = 0;

  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  show(lines: readonly string[]): void {
    this.clear();
    const width = Math.max(20, this.#columns() - 1);
    this.#write(lines.map((line) => `${line.slice(0, width)}\n`).join(''));
    this.#height = lines.length;
  }

  /** Takes the block away. */
  clear(): void {
    if (this.#height > 0) this.#write(`\u001b[${this.#height}A\u001b[0J`);
    this.#height = 0;
  }
}
