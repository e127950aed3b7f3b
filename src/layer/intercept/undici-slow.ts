type Listener = (...args: unknown[]) => unknown;

/** What marks the beginning of an answer, in undici's old and new handlers. */
const BEGINNINGS: ReadonlySet<PropertyKey> = new Set(['onHeaders', 'onResponseStart']);
/** What belongs to an answer, and comes after its beginning. */
const REST: ReadonlySet<PropertyKey> = new Set(['onData', 'onComplete', 'onResponseData', 'onResponseEnd']);
const FAILURES: ReadonlySet<PropertyKey> = new Set(['onError', 'onResponseError']);

/**
 * A dispatch handler that learns of its answer later: the connection is paused at the headers until `delay` resolves,
 * then everything is handed over in order. Errors and aborts are not held: they overtake, and the rest is dropped.
 */
export function slowHandler(handler: object, delay: () => Promise<unknown>): object {
  const answer = new HeldAnswer(delay);
  return new Proxy(handler, {
    get(target, event) {
      const value: unknown = Reflect.get(target, event, target);
      if (!isListener(value) || !String(event).startsWith('on')) return value;
      return (...args: unknown[]) => answer.on(event, args, () => Reflect.apply(value, handler, args));
    },
    set: (target, key, value) => Reflect.set(target, key, value),
  });
}

class HeldAnswer {
  readonly #delay: () => Promise<unknown>;
  #state: 'waiting' | 'held' | 'released' | 'failed' = 'waiting';
  readonly #events: (() => unknown)[] = [];

  constructor(delay: () => Promise<unknown>) {
    this.#delay = delay;
  }

  on(event: PropertyKey, args: unknown[], deliver: () => unknown): unknown {
    if (FAILURES.has(event)) {
      this.#state = 'failed';
      return deliver();
    }
    if (this.#state === 'held' && REST.has(event)) {
      this.#events.push(deliver);
      return true;
    }
    const informational = args.some((arg) => typeof arg === 'number' && arg < 200);
    if (this.#state !== 'waiting' || !BEGINNINGS.has(event) || informational) return deliver();
    this.#state = 'held';
    this.#events.push(deliver);
    const flow = flowOf(event, args);
    flow.pause();
    const release = (): void => this.#release(flow.resume);
    void this.#delay().then(release, release);
    return false; // the old way to pause
  }

  #release(resume: () => void): void {
    if (this.#state !== 'held') return;
    // What has arrived comes while events are still held, so that it queues up behind the headers.
    resume();
    for (const deliver of this.#events) {
      if (this.#state === 'held') deliver();
    }
    if (this.#state === 'held') this.#state = 'released';
  }
}

interface Flow {
  pause(): void;
  resume(): void;
}

/** The new handlers get a controller first; the old ones get a function that resumes third. */
function flowOf(event: PropertyKey, args: unknown[]): Flow {
  const controller = event === 'onResponseStart' ? args[0] : { resume: args[2] };
  const call = (name: string) => (): void => {
    if (typeof controller !== 'object' || controller === null) return;
    const method: unknown = Reflect.get(controller, name);
    if (isListener(method)) Reflect.apply(method, controller, []);
  };
  return { pause: call('pause'), resume: call('resume') };
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function';
}
