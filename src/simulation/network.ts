import type { Chaos } from './chaos.ts';
import type { SimProcess } from './process.ts';
import type { Timeline } from './timeline.ts';

/** A call that was refused before it had any effect. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** A call whose outcome nobody knows. */
export class LostAnswerError extends Error {
  override readonly name = 'LostAnswerError';
}

export interface CallOptions {
  /** No effect after this time: bounded by a lease, say. */
  readonly notAfter?: number;
  /** It applies a fault: the one call that must not come late, so here it does. */
  readonly apply?: boolean;
  /** How much later than its call an effect may come at most. */
  readonly lateMs?: number;
}

const lateMs = 30_000;

/** Calls around which careful designs fail: mishaps come there more often. */
const delicate: ReadonlySet<string> = new Set([
  'aws.write',
  'functions.writeDose',
  'store.takeLease',
  'store.putUndo',
]);
const delicateWeight = 6;

/** Between processes and the world: calls take time, fail, hang, come late or twice, and processes die around them. */
export class Network {
  readonly #timeline: Timeline;
  readonly #chaos: Chaos;
  readonly #landed: (process: SimProcess, label: string) => void;
  /** What cannot be reached at all, by the first word of a call's label. */
  readonly down = new Set<string>();

  constructor(timeline: Timeline, chaos: Chaos, landed: (process: SimProcess, label: string) => void) {
    this.#timeline = timeline;
    this.#chaos = chaos;
    this.#landed = landed;
  }

  /** Sends a call. `effect` is what happens at the other end, as a whole at one instant. */
  call<T>(
    process: SimProcess,
    label: string,
    effect: () => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      const weight = delicate.has(label) ? delicateWeight : 1;
      if (this.#chaos.happens('crash', `${process.id} before ${label}`, weight)) {
        process.die();
        return;
      }
      if (this.#chaos.happens('freeze', `${process.id} before ${label}`, weight))
        process.freeze(this.#chaos.random.int(500, 25_000));
      process.reach(() => this.#send(process, label, effect, options, resolve, reject));
    });
  }

  #send<T>(
    process: SimProcess,
    label: string,
    effect: () => Promise<T>,
    { notAfter = Infinity, lateMs: latest = lateMs, apply = false }: CallOptions,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): void {
    const { random } = this.#chaos;
    const chaos = this.#chaos;
    const where = `${process.id} ${label}`;
    const weight = delicate.has(label) ? delicateWeight : 1;
    const landsAt = this.#timeline.now + random.int(1, 15);
    const answer = (what: () => void): void => {
      this.#timeline.at(landsAt + random.int(1, 15), () => process.reach(what));
    };
    const refuse = (): void => answer(() => reject(new RefusedError(`${label} was throttled`)));
    if (this.#timeline.now > notAfter || this.down.has(label.split('.')[0] ?? '')) return refuse();
    const land = (at: number, then: (result: Promise<T>) => void): void => {
      this.#timeline.at(Math.min(at, notAfter), () => {
        const result = effect();
        this.#landed(process, label);
        then(result);
      });
    };
    const unseen = (result: Promise<T>): void => void result.catch(() => null);
    const late = (): number => landsAt + (random.chance(0.5) ? 0 : random.int(0, latest));

    if (chaos.happens('refuse', where, weight)) return refuse();
    if (chaos.happens('unknown', where, weight)) {
      land(late(), unseen);
      return answer(() => reject(new LostAnswerError(`No answer to ${label}`)));
    }
    if (apply && chaos.happens('lateApply', where)) {
      land(landsAt + random.int(500, latest), unseen);
      if (random.chance(0.5)) answer(() => reject(new LostAnswerError(`No answer to ${label}`)));
      return;
    }
    if (chaos.happens('hang', where, weight)) {
      if (random.chance(0.5)) land(late(), unseen);
      return;
    }
    if (chaos.happens('twice', where, weight)) land(landsAt + random.int(0, latest), unseen);
    if (chaos.happens('crash', `${process.id} after ${label}`)) {
      land(landsAt, (result) => {
        unseen(result);
        process.die();
      });
      return;
    }
    land(landsAt, (result) => answer(() => void result.then(resolve, reject)));
  }
}

/** Every method of `target` as a call over the network. */
export function overNetwork<T extends object>(
  target: T,
  send: <R>(method: string, effect: () => Promise<R>, args: readonly unknown[]) => Promise<R>,
): T {
  return new Proxy(target, {
    get(inner, name) {
      const method: unknown = Reflect.get(inner, name);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]) =>
        send(String(name), () => Reflect.apply(method, inner, args) as Promise<unknown>, args);
    },
  });
}
