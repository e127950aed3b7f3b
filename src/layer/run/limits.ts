import type { Dose } from '../../generated/types.ts';
import { logOnce } from '../log.ts';
import type { Reporter } from '../telemetry/reporter.ts';
import type { RunMemory } from './memory.ts';

/** How much of a run may be injected in this realm: the budgets of its faults, and its breaker. */
export class Limits {
  readonly #dose: Dose;
  readonly #used: RunMemory;
  readonly #reporter: Reporter;
  readonly #budgets: ReadonlyMap<string, number>;

  constructor(dose: Dose, used: RunMemory, reporter: Reporter) {
    this.#dose = dose;
    this.#used = used;
    this.#reporter = reporter;
    this.#budgets = new Map(
      dose.faults.flatMap(({ id, fault: { budget } }) => (budget === undefined ? [] : [[id, budget]])),
    );
  }

  /**
   * Takes one injection out of a fault's budget. Asked without a pause before the injection, or before it is known
   * whether the dose still allows it: what is taken is never given back, so that a budget is never exceeded.
   */
  claim(faultId: string): boolean {
    const injected = this.#used.injected.get(faultId) ?? 0;
    if (injected >= (this.#budgets.get(faultId) ?? Number.POSITIVE_INFINITY)) {
      this.#reporter.skipped('budget');
      return false;
    }
    this.#used.injected.set(faultId, injected + 1);
    return true;
  }

  /** More invocations of the experimental group have failed here than the dose allows: nothing more is injected. */
  get broken(): boolean {
    const { breaker } = this.#dose;
    return breaker !== undefined && this.#used.failures > breaker.failures;
  }

  /** An invocation of the experimental group has failed; says whether this was one too many. */
  failed(): boolean {
    if (this.#dose.breaker === undefined || this.broken) return false;
    this.#used.failures += 1;
    if (!this.broken) return false;
    const { failures } = this.#dose.breaker;
    logOnce(
      `run ${this.#dose.runId}: more than ${failures} invocations of the experimental group have failed in this sandbox, nothing more is injected here`,
    );
    return true;
  }
}
