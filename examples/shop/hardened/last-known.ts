/** Last known values, each for as long as it may stand in; bounded, the oldest goes first. */
export class LastKnown<T> {
  readonly #values = new Map<string, { readonly value: T; readonly at: number }>();
  readonly #maxAgeMs: number;
  readonly #maxEntries: number;
  readonly #now: () => number;

  constructor(options: {
    readonly maxAgeMs: number;
    readonly maxEntries: number;
    readonly now: () => number;
  }) {
    this.#maxAgeMs = options.maxAgeMs;
    this.#maxEntries = options.maxEntries;
    this.#now = options.now;
  }

  remember(key: string, value: T): void {
    this.#values.delete(key);
    this.#values.set(key, { value, at: this.#now() });
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#maxEntries) break;
      this.#values.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#values.delete(key);
  }

  /** The value, or undefined where there is none or it is too old to be used. */
  recall(key: string): T | undefined {
    const entry = this.#values.get(key);
    return entry !== undefined && this.#now() - entry.at <= this.#maxAgeMs ? entry.value : undefined;
  }
}
