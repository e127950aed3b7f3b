/** Something that will happen, unless it is cancelled before. */
export interface Planned {
  readonly at: number;
  readonly order: number;
  what: (() => void) | null;
}

/** The simulation's time. It stands still while anything happens, and jumps to whatever happens next. */
export class Timeline {
  now: number;
  happened = 0;
  readonly #heap: Planned[] = [];
  #order = 0;

  constructor(start: number) {
    this.now = start;
  }

  /** Plans something; what is planned for the past happens now. What is planned for one time happens in this order. */
  at(time: number, what: () => void): Planned {
    const planned = { at: Math.max(time, this.now), order: this.#order, what };
    this.#order += 1;
    this.#push(planned);
    return planned;
  }

  after(ms: number, what: () => void): Planned {
    return this.at(this.now + ms, what);
  }

  /** Lets things happen one by one, each with all that follows from it at once, until `isOver` or nothing is planned. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const next = this.#pop();
      if (next === undefined) return;
      if (next.what === null) continue;
      this.now = next.at;
      this.happened += 1;
      next.what();
      await promisesSettled();
    }
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let index = heap.push(planned) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, planned)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = planned;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || first === last) return first;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const smaller = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (smaller === undefined || isBefore(last, smaller)) break;
      heap[index] = smaller;
      index = 2 * index + (smaller === left ? 1 : 2);
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Every promise that can go on without time passing has done so. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
