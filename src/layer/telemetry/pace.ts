import type { Dose } from '../../generated/types.ts';
import type { Clock } from '../clock.ts';
import type { Reporter } from './reporter.ts';

/** An outcome is waited for no longer than this, after the measured time. */
export const ACKNOWLEDGE_OUTCOME_MS = 25;

/** Who is merely seen is reported no more often than this, where nobody is enrolled. */
const REPORT_SEEN_EVERY_MS = 10_000;

/**
 * When a realm writes its report: per length of a tick once for starts, without waiting, and once for an outcome, which
 * is waited for; where starts are acknowledged, every outcome is, too. Whether a start is known must not depend on how
 * its invocation ends: were it sent along with the outcome, quick failures would be counted before slow successes, and
 * harmless faults look harmful.
 */
export class Pace {
  readonly #dose: Dose;
  readonly #reporter: Reporter;
  readonly #clock: Clock;
  /** The last write that nobody waited for, and the last one that somebody did. */
  #sentAt = Number.NEGATIVE_INFINITY;
  #waitedAt = Number.NEGATIVE_INFINITY;
  /** The last write for those alone who were merely seen. */
  #seenAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(dose: Dose, reporter: Reporter, clock: Clock) {
    this.#dose = dose;
    this.#reporter = reporter;
    this.#clock = clock;
  }

  /**
   * An invocation has started. Its start is sent at once, or, where something was written just before, when a tick's
   * length has passed since. Outcomes are held back as long: in a realm with one invocation at a time, one whose start
   * is known has its outcome waited for, so that a frozen sandbox does not make it look unfinished.
   */
  started(): void {
    this.#sendWhenDue();
  }

  /** An invocation has been seen that is in neither group: without any other write, one is sent now and then. */
  seen(): void {
    const now = this.#clock.now();
    const sinceMs = now - Math.max(this.#seenAt, this.#sentAt, this.#waitedAt);
    if (sinceMs >= 0 && sinceMs < REPORT_SEEN_EVERY_MS) return;
    this.#seenAt = now;
    this.#reporter.sendBeside();
  }

  /** An invocation has ended; resolves when its answer may be given. */
  async finished(): Promise<void> {
    // Where its start is known, an end that stayed in a frozen sandbox would look like a process that died.
    if (this.#dose.acknowledgeStart || this.#leftMs(this.#waitedAt) <= 0) {
      this.#waitedAt = this.#clock.now();
      await this.#reporter.acknowledge(ACKNOWLEDGE_OUTCOME_MS);
    }
    this.#sendWhenDue();
  }

  /** Now or, while the process runs, at the time when the next write is due; until everything is in the store. */
  #sendWhenDue(): void {
    if (this.#reporter.settled || this.#clock.now() >= this.#dose.expiresAt) return;
    if (this.#untilDueMs() <= 0) {
      this.#sentAt = this.#clock.now();
      this.#reporter.sendBeside();
    }
    if (this.#timer !== undefined) return;
    const again = (): void => {
      this.#timer = undefined;
      this.#sendWhenDue();
    };
    this.#timer = setTimeout(again, Math.max(1, this.#untilDueMs()));
    this.#timer.unref();
  }

  #untilDueMs(): number {
    return Math.max(this.#leftMs(this.#sentAt), this.#leftMs(this.#waitedAt));
  }

  /** How much of a tick's length is left since an instant; nothing where the clock was set back. */
  #leftMs(since: number): number {
    const elapsedMs = this.#clock.now() - since;
    return elapsedMs < 0 ? 0 : this.#dose.tick.lengthMs - elapsedMs;
  }
}
