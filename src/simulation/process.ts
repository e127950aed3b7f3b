import { DeadlineError } from '../engine/errors.ts';
import type { Clock } from '../engine/ports.ts';
import type { ResourceId, RunId } from '../core/ids.ts';
import type { Timeline } from './timeline.ts';

/** One process: it has a clock of its own, and may stand still or end at any call. */
export class SimProcess {
  readonly id: string;
  readonly clock: Clock;
  readonly offsetMs: number;
  alive = true;
  frozenUntil = 0;
  /** When what it read of each run was true. */
  readonly looks: { readonly run: RunId; readonly at: number }[] = [];
  /** When it was last granted a lease on each resource, and until when. */
  readonly leases = new Map<
    ResourceId,
    { readonly holder: string; readonly at: number; readonly until: number }
  >();
  /** When it read the kill switch, and the generation that was true then. It may look after several runs at once. */
  readonly stops: { readonly at: number; readonly generation: number }[] = [];
  readonly #freezes: { readonly from: number; readonly until: number }[] = [];
  readonly #timeline: Timeline;
  readonly #onDeath: (() => void)[] = [];

  constructor(id: string, offsetMs: number, timeline: Timeline) {
    this.id = id;
    this.offsetMs = offsetMs;
    this.#timeline = timeline;
    this.clock = {
      now: () => Math.floor(timeline.now + offsetMs),
      deadline: (afterMs, work) => this.#deadline(afterMs, work),
    };
  }

  /** Whether it still runs; who waits for it is told when it dies. */
  onDeath(told: () => void): void {
    this.#onDeath.push(told);
  }

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const told of this.#onDeath.splice(0)) told();
  }

  freeze(ms: number): void {
    const from = Math.max(this.#timeline.now, this.frozenUntil);
    this.frozenUntil = Math.max(this.frozenUntil, this.#timeline.now + ms);
    if (this.frozenUntil > from) this.#freezes.push({ from, until: this.frozenUntil });
  }

  /** How long it has moved since then. */
  movedMsSince(time: number): number {
    const { now } = this.#timeline;
    const stood = this.#freezes.reduce(
      (sum, { from, until }) => sum + Math.max(0, Math.min(until, now) - Math.max(from, time)),
      0,
    );
    return now - time - stood;
  }

  /** Something reaches the process: when it next moves, or never. */
  reach(what: () => void): void {
    if (!this.alive) return;
    if (this.#timeline.now < this.frozenUntil) this.#timeline.at(this.frozenUntil, () => this.reach(what));
    else what();
  }

  #deadline<T>(afterMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const controller = new AbortController();
      const timer = this.#timeline.after(afterMs, () =>
        this.reach(() => {
          const error = new DeadlineError(afterMs);
          controller.abort(error);
          reject(error);
        }),
      );
      const finish = (): void => {
        timer.what = null;
      };
      work(controller.signal).then(
        (value) => {
          finish();
          resolve(value);
        },
        (error: unknown) => {
          finish();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}
