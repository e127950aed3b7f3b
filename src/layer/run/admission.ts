import type { Dose } from '../../generated/types.ts';
import type { Clock } from '../clock.ts';
import type { Directives } from '../directive/directives.ts';
import type { DoseSource } from '../dose-source.ts';
import { logOnce, reasonOf } from '../log.ts';
import type { HandlerCall } from '../realm.ts';
import type { Pace } from '../telemetry/pace.ts';
import type { Reporter } from '../telemetry/reporter.ts';
import type { SkipReason } from '../telemetry/skip-reason.ts';
import { remainingMsOf } from './context.ts';
import { Enroller, type Enrolment } from './enrolment.ts';
import { Invocation } from './invocation.ts';
import type { Limits } from './limits.ts';
import { LossGuard } from './losses.ts';
import type { Memory } from './memory.ts';

/** Where a fault can end the process, the start of an invocation is waited for no longer than this. */
export const ACKNOWLEDGE_START_MS = 100;

export interface AdmissionParts {
  readonly source: DoseSource;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly pace: Pace;
  readonly limits: Limits;
  /** Of all runs of this realm. */
  readonly memory: Memory;
  readonly directives: Directives | undefined;
}

/** What is known of an invocation when it comes. */
export interface Arrival extends Enrolment {
  readonly call: HandlerCall;
  readonly requestId: string;
  /** It carries a directive that looks valid. */
  readonly asks: boolean;
}

/** Decides which invocations take part in a run, as what, and which faults may act on them. */
export class Admission {
  readonly #dose: Dose;
  readonly #parts: AdmissionParts;
  readonly #enroller: Enroller;
  readonly #losses: LossGuard;

  constructor(dose: Dose, parts: AdmissionParts) {
    this.#dose = dose;
    this.#parts = parts;
    this.#enroller = new Enroller(dose);
    this.#losses = new LossGuard(dose, parts.memory);
  }

  /** The first thing that is decided of an invocation; nothing later changes its group. */
  arrival(call: HandlerCall, requestId: string): Arrival {
    const { reporter, pace } = this.#parts;
    const enrolment = this.#enroller.enrol(call.args[0], requestId);
    const asks = this.#asked(call, 'look') !== undefined;
    reporter.saw(enrolment.faults.size > 0);
    if (enrolment.unsticky) reporter.skipped('no-sticky-value');
    if (enrolment.group === 'bystander' && !asks) pace.seen();
    return { ...enrolment, call, requestId, asks };
  }

  /**
   * Everything that both groups, and who asks for a fault, go through alike before the handler runs; undefined where it
   * is left alone.
   */
  async admit({ call, requestId, group, faults, asks }: Arrival): Promise<Invocation | undefined> {
    const { source, clock, reporter, limits } = this.#parts;
    const isExpired = clock.now() >= this.#dose.expiresAt;
    if ((group === 'bystander' && !asks) || isExpired) return undefined;
    const freshness = source.freshness();
    if (freshness !== 'fresh') {
      reporter.skipped(freshness);
      reporter.send();
      return undefined;
    }
    const asked = asks ? this.#asked(call, 'take') : undefined;
    const part = asked === undefined ? group : 'directed';
    if (part === 'bystander') return undefined;
    const cohort = reporter.cohortAt(clock.now());
    if (part === 'directed') reporter.directed();
    else reporter.started(part, cohort);
    const wanted = asked === undefined ? faults : this.#wanted(asked, faults);
    const acting = part === 'control' ? wanted : this.#harmless(wanted, call, requestId);
    const remainingMs = (): number => remainingMsOf(call);
    const invocation = new Invocation(this.#dose, requestId, part, cohort, acting, remainingMs);
    if (part !== 'control' && limits.broken) this.#spare(invocation, 'breaker');
    await this.#tellStart(invocation);
    return invocation;
  }

  /** The faults that a directive asks for, if it is valid; one that is ignored is counted. Only `take` uses it up. */
  #asked(call: HandlerCall, how: 'look' | 'take'): ReadonlySet<string> | undefined {
    const { directives, reporter, pace } = this.#parts;
    try {
      const asked = directives?.[how](call);
      if (asked === undefined || 'faults' in asked) return asked?.faults;
      reporter.skipped(asked.ignored);
      pace.started();
    } catch (error) {
      logOnce(`a directive was not read: ${reasonOf(error)}`);
    }
    return undefined;
  }

  /** A fault acts only where its conditions hold, whoever asks for it. */
  #wanted(asked: ReadonlySet<string>, matching: ReadonlySet<string>): ReadonlySet<string> {
    const wanted = new Set([...asked].filter((id) => matching.has(id)));
    if (wanted.size === 0) this.#parts.reporter.skipped('not-applicable');
    return wanted;
  }

  /** The faults that lose nothing of this event for good; the others are counted. */
  #harmless(faults: ReadonlySet<string>, { args }: HandlerCall, requestId: string): ReadonlySet<string> {
    const losing = this.#losses.losing(faults, args[0], requestId);
    if (losing.length === 0) return faults;
    for (const _ of losing) this.#parts.reporter.skipped('would-lose-data');
    return new Set([...faults].filter((id) => !losing.includes(id)));
  }

  async #tellStart(invocation: Invocation): Promise<void> {
    if (!this.#dose.acknowledgeStart) {
      this.#parts.pace.started();
    } else if (!(await this.#parts.reporter.acknowledge(ACKNOWLEDGE_START_MS))) {
      // It stays in its group: who is counted must not depend on how the store fares.
      this.#spare(invocation, 'start-not-acknowledged');
    }
  }

  /** Nothing is injected, and the invocation is counted like any other. */
  #spare(invocation: Invocation, reason: SkipReason): void {
    invocation.spared = true;
    this.#parts.reporter.skipped(reason);
  }
}
