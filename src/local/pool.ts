import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Failure, Served } from './sandbox/outcome.ts';
import type { InitFailure } from './sandbox/sandbox.ts';

/** What a pool needs of a sandbox; see the class of that name. */
export interface PooledSandbox {
  readonly usable: boolean;
  readonly resting: boolean;
  start(): void;
  invoke(id: string, payload: Buffer | string, traceId?: string): Promise<Served>;
  kill(): Promise<void>;
}

export interface SandboxEvents {
  onIdle(): void;
  onEnd(failure: InitFailure | undefined): void;
}

export interface PoolOptions {
  readonly clock: Clock;
  readonly maxSandboxes: number;
  /** How many sandboxes may initialise at once: a storm of cold starts would only slow all of them down. */
  readonly maxStarting: number;
  readonly idleMs: number;
  /** Makes one, not yet started. */
  create(functionKey: string, events: SandboxEvents): PooledSandbox;
}

/** `throttled`: every sandbox is at work, as many as there may be, and nothing ran. `stopped`: so is the pool. */
export type PoolResult =
  | { readonly kind: 'served'; readonly requestId: string; readonly served: Served }
  | { readonly kind: 'throttled' | 'stopped'; readonly requestId: string };

interface Waiter {
  readonly requestId: string;
  readonly payload: Buffer | string;
  readonly traceId: string | undefined;
  readonly resolve: (result: PoolResult) => void;
}

/** `resting`: it has answered, and not asked for more yet. */
type State = 'queued' | 'starting' | 'idle' | 'busy' | 'resting' | 'ending';

interface Entry {
  readonly functionKey: string;
  readonly sandbox: PooledSandbox;
  state: State;
  idleSinceMs: number;
  cancelTimer: () => void;
}

const maxRestMs = 50;

/**
 * All sandboxes of a host. An invocation takes the function's most recently used idle sandbox. Where there is none, a
 * new one is started, and the invocation takes that or one that becomes free before, whichever comes first, as on AWS.
 * At the cap an idle sandbox of another function makes room; where none is idle, the caller is throttled: if it waited,
 * functions that call each other could wait for each other for ever.
 */
export class Pool {
  readonly #options: PoolOptions;
  /** In order of creation; those that are ending stay until their processes are gone. */
  readonly #entries = new Set<Entry>();
  readonly #waiters = new Map<string, Waiter[]>();
  /** How many sandboxes of a function there are at least, wanted or not. */
  readonly #kept = new Map<string, number>();
  #stopped = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** How many sandboxes are in one of these states. */
  count(...states: readonly State[]): number {
    return [...this.#entries].filter(({ state }) => states.includes(state)).length;
  }

  async invoke(
    functionKey: string,
    payload: Buffer | string,
    requestId: string = randomUUID(),
    traceId?: string,
  ): Promise<PoolResult> {
    if (this.#stopped) return { kind: 'stopped', requestId };
    return new Promise((resolve) => {
      const waiter = { requestId, payload, traceId, resolve };
      const idle = this.#idle(functionKey).at(-1);
      if (idle !== undefined) return this.#serve(idle, waiter);
      this.#waitersOf(functionKey).push(waiter);
      this.#provide(functionKey);
    });
  }

  /**
   * Sees to it that there are so many sandboxes of a function from now on, as provisioned concurrency does on AWS: one
   * that ends is replaced. They take no room from others.
   */
  keep(functionKey: string, count: number): void {
    this.#kept.set(functionKey, count);
    this.#fill(functionKey);
  }

  /** Ends every process and answers everyone who waits; resolves when the processes are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const waiters of this.#waiters.values()) {
      for (const { requestId, resolve } of waiters.splice(0)) resolve({ kind: 'stopped', requestId });
    }
    await Promise.all([...this.#entries].map((entry) => this.#end(entry)));
  }

  #waitersOf(functionKey: string): Waiter[] {
    const waiters = this.#waiters.get(functionKey) ?? [];
    this.#waiters.set(functionKey, waiters);
    return waiters;
  }

  /** Longest idle first; of one function, or of all. */
  #idle(functionKey?: string): Entry[] {
    return [...this.#entries]
      .filter((entry) => entry.state === 'idle' && entry.sandbox.usable)
      .filter((entry) => functionKey === undefined || entry.functionKey === functionKey)
      .sort((a, b) => a.idleSinceMs - b.idleSinceMs);
  }

  /** Sees to it that everyone who waits for this function has a sandbox to hope for, or is throttled. */
  #provide(functionKey: string): void {
    const waiters = this.#waitersOf(functionKey);
    while (!this.#stopped && waiters.length > this.#coming(functionKey).length) {
      if (this.#makeRoom()) {
        this.#add(functionKey);
      } else if (this.count('resting') > 0) {
        // It has answered its caller, so it is not at work: in a moment it is idle, and makes room.
        return;
      } else {
        const last = waiters.pop();
        last?.resolve({ kind: 'throttled', requestId: last.requestId });
      }
    }
  }

  #provideAll(): void {
    for (const functionKey of this.#waiters.keys()) this.#provide(functionKey);
  }

  #fill(functionKey: string): void {
    const missing = (this.#kept.get(functionKey) ?? 0) - this.#present(functionKey);
    const room = this.#options.maxSandboxes - this.#present();
    for (let added = 0; !this.#stopped && added < Math.min(missing, room); added += 1) this.#add(functionKey);
  }

  /** Sandboxes that are there or will be; of one function, or of all. */
  #present(functionKey?: string): number {
    return [...this.#entries].filter(
      (entry) => entry.state !== 'ending' && (functionKey === undefined || entry.functionKey === functionKey),
    ).length;
  }

  /** Sandboxes that will take an invocation of this function soon. */
  #coming(functionKey: string): Entry[] {
    const states: readonly State[] = ['queued', 'starting', 'resting'];
    return [...this.#entries].filter(
      (entry) => entry.functionKey === functionKey && states.includes(entry.state),
    );
  }

  #makeRoom(): boolean {
    if (this.#present() < this.#options.maxSandboxes) return true;
    const [longestIdle] = this.#idle();
    if (longestIdle === undefined) return false;
    void this.#end(longestIdle);
    return true;
  }

  #add(functionKey: string): void {
    const sandbox = this.#options.create(functionKey, {
      onIdle: () => this.#onIdle(entry),
      onEnd: (failure) => this.#onEnd(entry, failure),
    });
    const cancelTimer = (): void => undefined;
    const entry: Entry = { functionKey, sandbox, state: 'queued', idleSinceMs: 0, cancelTimer };
    this.#entries.add(entry);
    this.#startQueued();
  }

  #startQueued(): void {
    if (this.#stopped) return;
    for (const entry of this.#entries) {
      if (this.count('starting') >= this.#options.maxStarting) return;
      if (entry.state !== 'queued') continue;
      entry.state = 'starting';
      entry.sandbox.start();
    }
  }

  /** A sandbox is free: for whoever waits longest, else for later. */
  #onIdle(entry: Entry): void {
    if (entry.state === 'ending') return;
    entry.cancelTimer();
    entry.state = 'idle';
    entry.idleSinceMs = this.#options.clock.elapsedMs();
    this.#startQueued();
    const waiter = this.#waitersOf(entry.functionKey).shift();
    if (waiter !== undefined) {
      this.#dropNeedless(entry.functionKey);
      this.#serve(entry, waiter);
    } else {
      entry.cancelTimer = this.#options.clock.after(this.#options.idleMs, () => void this.#end(entry));
      this.#provideAll();
    }
  }

  /** With one waiter less, a start that has not begun may not be needed any more. */
  #dropNeedless(functionKey: string): void {
    if (this.#present(functionKey) <= (this.#kept.get(functionKey) ?? 0)) return;
    const coming = this.#coming(functionKey);
    const queued = coming.filter((entry) => entry.state === 'queued').at(-1);
    if (queued !== undefined && coming.length > this.#waitersOf(functionKey).length) {
      this.#entries.delete(queued);
    }
  }

  #serve(entry: Entry, { requestId, payload, traceId, resolve }: Waiter): void {
    entry.state = 'busy';
    entry.cancelTimer();
    void entry.sandbox.invoke(requestId, payload, traceId).then((served) => {
      // A runtime asks for more within a millisecond or two of its answer: no reason for a cold start.
      if (entry.state === 'busy' && entry.sandbox.resting) this.#rest(entry);
      resolve({ kind: 'served', requestId, served });
    });
  }

  /** One that stays busy after its answer, as with a blocked event loop, is not counted on for long. */
  #rest(entry: Entry): void {
    entry.state = 'resting';
    entry.cancelTimer = this.#options.clock.after(maxRestMs, () => {
      entry.state = 'busy';
      this.#provideAll();
    });
  }

  async #end(entry: Entry): Promise<void> {
    entry.cancelTimer();
    const neverStarted = entry.state === 'queued';
    entry.state = 'ending';
    if (neverStarted) this.#entries.delete(entry);
    else await entry.sandbox.kill();
  }

  #onEnd(entry: Entry, failure: InitFailure | undefined): void {
    const wanted = entry.state !== 'ending';
    entry.state = 'ending';
    entry.cancelTimer();
    this.#entries.delete(entry);
    if (failure !== undefined && wanted) {
      const waiter = this.#waitersOf(entry.functionKey).shift();
      waiter?.resolve({
        kind: 'served',
        requestId: waiter.requestId,
        served: neverServed(failure(waiter.requestId)),
      });
    }
    this.#provideAll();
    // One that could not even start would not start the next time either.
    if (failure === undefined) this.#fill(entry.functionKey);
    this.#startQueued();
  }
}

function neverServed(failure: Failure): Served {
  return { outcome: { kind: 'failure', failure }, durationMs: 0, coldStart: true, logTail: '' };
}
