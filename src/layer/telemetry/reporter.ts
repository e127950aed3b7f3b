import { randomUUID } from 'node:crypto';
import type { Dose, Telemetry } from '../../generated/types.ts';
import type { Clock } from '../clock.ts';
import type { EnrolledGroup } from '../group.ts';
import { logOnce, reasonOf } from '../log.ts';
import type { Store } from '../store/store.ts';
import { within } from '../within.ts';
import { GroupCounts } from './counters.ts';
import type { SkipReason } from './skip-reason.ts';

/** A report is kept below this, whatever the length of the run. */
export const LARGEST_REPORT_BYTES = 4000;
/** A write in the background is given up after this. */
const WRITE_DEADLINE_MS = 1000;
/** After a write that failed, none is waited for and none is sent for this long. */
const PAUSE_AFTER_FAILURE_MS = 1000;
/** Reports outlive their run by a week, for whoever looks into it. */
const KEEP_REPORTS_SECONDS = 7 * 24 * 3600;
/** Beyond this a histogram has but a few buckets left. */
const COARSEST_STRIDE = 1024;
/** How often the last report of an ended run is tried. */
const MOST_LAST_ATTEMPTS = 20;

/** Counts what happens to a run's enrolled invocations in this realm, and reports it: cumulative, one item. */
export class Reporter {
  readonly #dose: Dose;
  readonly #store: Store | undefined;
  readonly #clock: Clock;
  readonly #realm = randomUUID();
  readonly #groups = { experimental: new GroupCounts(), control: new GroupCounts() };
  readonly #fired = new Map<string, number>();
  readonly #skipped = new Map<string, number>();
  #directed = 0;
  readonly #firedDirected = new Map<string, number>();
  readonly #seen = { matched: 0, others: 0 };
  #seq = 0;
  #changes = 0;
  #acknowledged = 0;
  #seenAcknowledged = 0;
  #writing: Promise<boolean> | undefined;
  #besides = false;
  #pausedUntil = 0;
  #lastAttempts = 0;
  #stride = 1;

  /** @param store undefined: nothing is sent, everything counts as acknowledged */
  constructor(dose: Dose, store: Store | undefined, clock: Clock) {
    this.#dose = dose;
    this.#store = store;
    this.#clock = clock;
  }

  /** The tick that an instant belongs to. */
  cohortAt(at: number): number {
    const { originAt, lengthMs } = this.#dose.tick;
    return Math.floor((at - originAt) / lengthMs);
  }

  started(group: EnrolledGroup, cohort: number): void {
    this.#groups[group].start(cohort);
    this.#changes += 1;
  }

  finished(group: EnrolledGroup, cohort: number, failed: boolean, ms: number): void {
    this.#groups[group].finish(cohort, failed, ms, this.#dose.lnGamma);
    this.#changes += 1;
  }

  /** @param directed a directive asked for it */
  fired(faultId: string, directed = false): void {
    for (const counts of directed ? [this.#fired, this.#firedDirected] : [this.#fired])
      counts.set(faultId, (counts.get(faultId) ?? 0) + 1);
    this.#changes += 1;
  }

  /** An invocation is given faults because it asked for them: it is in neither group. */
  directed(): void {
    this.#directed += 1;
    this.#changes += 1;
  }

  skipped(reason: SkipReason): void {
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1);
    this.#changes += 1;
  }

  /** An invocation has come, in whichever group: one that some fault is for, or another. Waits for the next report. */
  saw(matched: boolean): void {
    this.#seen[matched ? 'matched' : 'others'] += 1;
  }

  /** Everything that was counted is in the store, but for who was merely seen. */
  get settled(): boolean {
    return this.#store === undefined || this.#acknowledged === this.#changes;
  }

  /** Who was merely seen is in the store as well. */
  get complete(): boolean {
    return this.settled && (this.#store === undefined || this.#seenAcknowledged === this.#seenInAll());
  }

  /** Nothing is left to be counted or sent, or it has been tried often enough. */
  get done(): boolean {
    const open = this.#groups.experimental.outstanding() + this.#groups.control.outstanding();
    return (this.complete && open === 0) || this.#lastAttempts >= MOST_LAST_ATTEMPTS;
  }

  /** Waits until everything counted so far is in the store, no longer than `limitMs`; says whether it is. */
  async acknowledge(limitMs: number): Promise<boolean> {
    const wanted = this.#changes;
    if (this.settled) return true;
    if (this.#isPaused()) return false;
    await within(limitMs, this.#writeUntil(wanted));
    return this.#acknowledged >= wanted;
  }

  /** Sends what has not been sent, in the background. */
  send(): void {
    if (!this.settled && !this.#isPaused()) void this.#writeUntil(this.#changes);
  }

  /**
   * The same, but no later write has to wait for this one: in whichever order they arrive, the sequence number tells
   * which is the newer. One at a time, so that a store that hangs is not asked more and more.
   */
  sendBeside(): void {
    if (this.complete || this.#isPaused() || this.#besides) return;
    this.#besides = true;
    void this.#write().finally(() => (this.#besides = false));
  }

  /** One more try for a run that is over. */
  sendLast(): void {
    if (this.complete || this.#isPaused()) return;
    this.#lastAttempts += 1;
    this.sendBeside();
  }

  async #writeUntil(wanted: number): Promise<void> {
    while (this.#acknowledged < wanted) {
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
      if (!(await this.#writing)) return;
    }
  }

  async #write(): Promise<boolean> {
    const changes = this.#changes;
    const seen = this.#seenInAll();
    this.#seq += 1;
    const ttlSeconds = Math.ceil(this.#dose.expiresAt / 1000) + KEEP_REPORTS_SECONDS;
    try {
      await this.#store?.writeTelemetry(this.report(), ttlSeconds, WRITE_DEADLINE_MS);
      this.#acknowledged = Math.max(this.#acknowledged, changes);
      this.#seenAcknowledged = Math.max(this.#seenAcknowledged, seen);
      return true;
    } catch (error) {
      logOnce(`the run is not fully reported: ${reasonOf(error)}`);
      this.#pausedUntil = this.#clock.now() + PAUSE_AFTER_FAILURE_MS;
      return false;
    }
  }

  #seenInAll(): number {
    return this.#seen.matched + this.#seen.others;
  }

  #isPaused(): boolean {
    const leftMs = this.#pausedUntil - this.#clock.now();
    return leftMs > 0 && leftMs <= PAUSE_AFTER_FAILURE_MS;
  }

  /** The report as it would be sent now. Both groups lose resolution together, so that neither looks slower for it. */
  report(): Telemetry {
    for (;;) {
      const report = this.#reportNow();
      const fits = Buffer.byteLength(JSON.stringify(report)) <= LARGEST_REPORT_BYTES;
      if (fits || this.#stride >= COARSEST_STRIDE) return report;
      this.#stride *= 2;
    }
  }

  #reportNow(): Telemetry {
    return {
      version: 1,
      runId: this.#dose.runId,
      realm: this.#realm,
      seq: Math.max(1, this.#seq),
      at: this.#clock.now(),
      groups: {
        experimental: this.#groups.experimental.report(this.#stride),
        control: this.#groups.control.report(this.#stride),
      },
      fired: Object.fromEntries(this.#fired),
      ...(this.#directed === 0
        ? {}
        : { directed: this.#directed, firedDirected: Object.fromEntries(this.#firedDirected) }),
      skipped: Object.fromEntries(this.#skipped),
      seen: { ...this.#seen },
    };
  }
}
