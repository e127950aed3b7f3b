import type { Clock } from './clock.ts';
import type { DoseSource, Freshness } from './dose-source.ts';
import { ageMs, clockAgrees, type Sending } from './freshness.ts';
import { logOnce, reasonOf } from './log.ts';
import { LOOK_EVERY_MS, type Realm } from './realm.ts';
import type { Settings } from './settings.ts';
import { dynamoStore, type DoseAnswer, type Store } from './store/store.ts';
import { within } from './within.ts';

/** A read in the background is given up after this. */
export const READ_DEADLINE_MS = 1000;
/** An enrolled invocation waits no longer for a read. */
export const ENROLLED_READ_DEADLINE_MS = 300;
/** A read that has been under way for longer is not joined: its answer would be old already. */
const JOIN_WITHIN_MS = 200;
/** While a dose is active it is read again in the background once it is this old. */
const REFRESH_AFTER_MS = 500;
/** The longest time between two reads of a store that keeps failing. */
const LONGEST_PAUSE_MS = 32_000;

/** Follows the doses of this function for one realm. */
export interface Watch {
  /** Reads the dose in the background; never throws. */
  look(): void;
}

/** Puts doses into effect; separate so that its code is only loaded once there is one. */
export interface Doses {
  /** Loads what the dose of an answer needs besides; undefined where nothing is to be waited for. */
  prepare?(answer: DoseAnswer): Promise<void> | undefined;
  /** Takes an answer of the store: begins, goes on with or ends a run. */
  take(answer: DoseAnswer, source: DoseSource): void;
  /** The staleness limit of the active dose; undefined without one. */
  stalenessMs(): number | undefined;
  /** Sends what ended runs still have to report, in the background. */
  report(): void;
}

export function watchStore(realm: Realm, settings: Settings, clock: Clock): Watch {
  const { table, functionName, region, endpoint } = settings;
  if (table === undefined) throw new Error('INOCULATE_TABLE is not set');
  const store = dynamoStore({ table, functionName, region, endpoint }, clock, process.env);
  return new StoreWatch(realm, store, clock, async () => {
    const { storedDoses } = await import('./run/activate.ts');
    return storedDoses(realm, settings, store, clock);
  });
}

interface Read {
  readonly sent: Sending;
  readonly done: Promise<void>;
}

export class StoreWatch implements Watch, DoseSource {
  readonly #realm: Realm;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #loadDoses: () => Promise<Doses>;
  #doses: Doses | undefined;
  #reading: Read | undefined;
  #known: { readonly sent: Sending; readonly clockAgrees: boolean } | undefined;
  #failures = 0;
  #pausedUntil = 0;

  constructor(realm: Realm, store: Store, clock: Clock, loadDoses: () => Promise<Doses>) {
    this.#realm = realm;
    this.#store = store;
    this.#clock = clock;
    this.#loadDoses = loadDoses;
  }

  look(): void {
    this.#doses?.report();
    void this.#read();
  }

  freshness(): Freshness {
    const limit = this.#doses?.stalenessMs();
    if (this.#known === undefined || limit === undefined || this.#age() > limit) return 'stale';
    return this.#known.clockAgrees ? 'fresh' : 'clock';
  }

  async confirm(): Promise<Freshness> {
    if (this.freshness() === 'stale' && !this.#isPaused()) {
      const answered = await within(ENROLLED_READ_DEADLINE_MS, this.#read());
      // One invocation has waited in vain: the next ones do not try for a while.
      if (!answered) this.#pause();
    }
    return this.freshness();
  }

  keepFresh(): void {
    const limit = this.#doses?.stalenessMs() ?? LOOK_EVERY_MS;
    if (this.#age() < Math.min(REFRESH_AFTER_MS, limit / 2) || this.#isPaused()) return;
    this.look();
  }

  /** Joins the read under way or begins one; settles when it has been dealt with, well or badly. */
  #read(): Promise<void> {
    const now = this.#now();
    if (this.#reading !== undefined && ageMs(this.#reading.sent, now) <= JOIN_WITHIN_MS)
      return this.#reading.done;
    const read: Read = { sent: now, done: this.#readOnce(now).finally(() => this.#finish(read)) };
    this.#reading = read;
    return read.done;
  }

  #finish(read: Read): void {
    if (this.#reading === read) this.#reading = undefined;
  }

  async #readOnce(sent: Sending): Promise<void> {
    // Looking for a dose may be a little late, and is what costs money; following one may not.
    const consistent = this.#realm.active !== undefined;
    try {
      const answer = await this.#store.readDose(consistent, READ_DEADLINE_MS);
      if (this.#doses === undefined) {
        if (answer.item === undefined || answer.item.cleared) return this.#succeeded();
        this.#doses = await this.#loadDoses();
      }
      const preparing = this.#doses.prepare?.(answer);
      if (preparing !== undefined) await preparing;
      // Overtaken by a later read. By the clock that never jumps: else one that was ahead would hide all later reads.
      if (this.#known !== undefined && this.#known.sent.monotonic > sent.monotonic) return;
      const agrees = clockAgrees(answer.serverDate, sent.at, this.#clock.now());
      this.#known = consistent ? { sent, clockAgrees: agrees } : undefined;
      this.#doses.take(answer, this);
      this.#succeeded();
    } catch (error) {
      logOnce(`no fault is injected: ${reasonOf(error)}`);
      this.#failed(sent);
    }
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#pausedUntil = 0;
    this.#realm.lookEveryMs = LOOK_EVERY_MS;
  }

  #failed(sent: Sending): void {
    // A read that spanned a freeze says nothing about the store: it is simply repeated.
    if (ageMs(sent, this.#now()) > 2 * READ_DEADLINE_MS) return;
    this.#pause();
  }

  #pause(): void {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, LOOK_EVERY_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#pausedUntil = this.#clock.now() + pauseMs;
    this.#realm.lookEveryMs = pauseMs;
  }

  #isPaused(): boolean {
    const left = this.#pausedUntil - this.#clock.now();
    return left > 0 && left <= LONGEST_PAUSE_MS;
  }

  #age(): number {
    return this.#known === undefined ? Number.POSITIVE_INFINITY : ageMs(this.#known.sent, this.#now());
  }

  #now(): Sending {
    return { at: this.#clock.now(), monotonic: this.#clock.monotonic() };
  }
}
