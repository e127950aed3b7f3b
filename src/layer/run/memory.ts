/** Of more runs than this, a realm forgets the oldest. */
const MOST_RUNS = 8;
/** Of more request ids than this, a realm forgets the oldest. */
const MOST_REQUESTS = 10_000;

/** What one run has used up in this realm. */
export interface RunMemory {
  /** Injections so far, by fault id. */
  readonly injected: Map<string, number>;
  /** Failed invocations of the experimental group. */
  failures: number;
}

/** What a realm remembers for longer than its dose stays the same, so that a dose written anew grants nothing anew. */
export class Memory {
  readonly #runs = new Map<string, RunMemory>();
  readonly #requests = new Set<string>();

  ofRun(runId: string): RunMemory {
    const memory = this.#runs.get(runId) ?? { injected: new Map<string, number>(), failures: 0 };
    this.#runs.delete(runId);
    this.#runs.set(runId, memory);
    dropOldest(this.#runs, MOST_RUNS);
    return memory;
  }

  /** Whether an invocation with this id has come before: then this one is a retry. */
  isRetry(requestId: string): boolean {
    const known = this.#requests.has(requestId);
    this.#requests.add(requestId);
    dropOldest(this.#requests, MOST_REQUESTS);
    return known;
  }
}

/** Maps and sets keep the order in which their keys came. */
function dropOldest(
  kept: { readonly size: number; keys(): Iterator<string>; delete(key: string): boolean },
  most: number,
): void {
  if (kept.size <= most) return;
  const oldest = kept.keys().next();
  if (oldest.done !== true) kept.delete(oldest.value);
}
