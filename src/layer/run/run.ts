import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dose } from '../../generated/types.ts';
import type { Clock } from '../clock.ts';
import type { Directives } from '../directive/directives.ts';
import type { DoseSource } from '../dose-source.ts';
import { logOnce, reasonOf } from '../log.ts';
import type { ActiveRun, HandlerCall, Realm } from '../realm.ts';
import { logFaulted } from '../telemetry/emf.ts';
import { Pace } from '../telemetry/pace.ts';
import type { Reporter } from '../telemetry/reporter.ts';
import { Admission, type Arrival } from './admission.ts';
import { contextOf, requestIdOf } from './context.ts';
import type { Ending } from './ending.ts';
import { underFaults } from './faulting.ts';
import { Injector } from './injector.ts';
import type { Invocation } from './invocation.ts';
import { Limits } from './limits.ts';
import type { Memory } from './memory.ts';
import { callbackOf, callPlainly, deliver, perform } from './perform.ts';

/** Before the process is ended, its last report is waited for no longer than this. */
const LAST_REPORT_MS = 300;

/** What a run works with. */
export interface RunParts {
  readonly realm: Realm;
  readonly source: DoseSource;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Of all runs of this realm. */
  readonly memory: Memory;
  readonly functionName: string;
  readonly concurrent: boolean;
  readonly directives?: Directives | undefined;
}

/** A dose in effect in this realm. */
export class Run implements ActiveRun {
  readonly dose: Dose;
  readonly reporter: Reporter;
  readonly #realm: Realm;
  readonly #source: DoseSource;
  readonly #clock: Clock;
  readonly #functionName: string;
  readonly #storage = new AsyncLocalStorage<Invocation | undefined>();
  readonly #limits: Limits;
  readonly #injector: Injector;
  readonly #pace: Pace;
  readonly #admission: Admission;
  #ended = false;

  constructor(dose: Dose, { realm, functionName, concurrent, directives, ...parts }: RunParts) {
    const { source, clock, reporter, memory } = parts;
    this.dose = dose;
    this.reporter = reporter;
    this.#realm = realm;
    this.#source = source;
    this.#clock = clock;
    this.#functionName = functionName;
    this.#pace = new Pace(dose, reporter, clock);
    this.#limits = new Limits(dose, memory.ofRun(dose.runId), reporter);
    this.#admission = new Admission(dose, { ...parts, directives, pace: this.#pace, limits: this.#limits });
    this.#injector = new Injector(dose, source, clock, reporter, this.#limits, this.#storage, concurrent);
  }

  /** Takes everything back that was patched and ends every delay. Invocations under way still report their outcome. */
  end(): void {
    this.#ended = true;
    this.#injector.end();
    if (this.#realm.active === this) this.#realm.active = undefined;
  }

  invoke(call: HandlerCall): unknown {
    const requestId = requestIdOf(call);
    if (this.#injector.isExpired()) this.end();
    if (requestId === undefined || this.#ended) return callPlainly(call);
    this.#source.keepFresh();
    const arrival = this.#admission.arrival(call, requestId);
    if (arrival.group === 'bystander' && !arrival.asks) {
      this.#injector.only = undefined;
      return this.#storage.run(undefined, callPlainly, call);
    }
    const outcome = this.#take(arrival);
    const callback = callbackOf(call);
    return callback === undefined ? outcome : deliver(outcome, callback, contextOf(call));
  }

  async #take(arrival: Arrival): Promise<unknown> {
    await this.#source.confirm();
    // The dose may have become another one, or none: then groups are those of the new one.
    const now = this.#realm.active;
    const { call, requestId } = arrival;
    if (!(now instanceof Run)) return perform(call);
    return now.#invoke(now === this ? arrival : now.#admission.arrival(call, requestId));
  }

  async #invoke(arrival: Arrival): Promise<unknown> {
    let invocation: Invocation | undefined;
    try {
      invocation = await this.#admission.admit(arrival);
    } catch (error) {
      logOnce(`an invocation was left alone: ${reasonOf(error)}`);
    }
    return invocation === undefined ? perform(arrival.call) : this.#measured(arrival.call, invocation);
  }

  async #measured(call: HandlerCall, invocation: Invocation): Promise<unknown> {
    const startedAt = this.#clock.monotonic();
    this.#injector.only = invocation;
    let failed = true;
    try {
      const answer = await this.#storage.run(invocation, underFaults, call, invocation, this.#injector);
      failed = false;
      return invocation.ending === undefined ? answer : invocation.ending.answer(answer);
    } finally {
      const ms = this.#clock.monotonic() - startedAt;
      invocation.spared = true;
      if (this.#injector.only === invocation) this.#injector.only = undefined;
      this.#count(invocation, failed, ms);
      if (invocation.fired.size > 0) this.#log(invocation);
      await Promise.all(invocation.atItsEnd.map((giveBack) => giveBack()));
      await this.#pace.finished();
      if (invocation.ending !== undefined) await this.#endProcess(invocation.ending);
    }
  }

  #count({ group, cohort }: Invocation, failed: boolean, ms: number): void {
    if (group !== 'directed') this.reporter.finished(group, cohort, failed, ms);
    if (!failed || group !== 'experimental' || !this.#limits.failed()) return;
    // One failure too many: that ends every delay that is under way, and is told at once.
    this.#injector.stop();
    this.reporter.send();
  }

  /** What happened is known before the process ends; it does not end where that would make a success look like a failure. */
  async #endProcess(ending: Ending): Promise<void> {
    const isKnown = await this.reporter.acknowledge(LAST_REPORT_MS);
    if (!isKnown && ending.exit.once === 'answered') ending.callOff();
    await ending.meet();
  }

  #log({ requestId, group, fired }: Invocation): void {
    logFaulted({
      at: this.#clock.now(),
      functionName: this.#functionName,
      runId: this.dose.runId,
      requestId,
      group,
      fired: Object.fromEntries(fired),
    });
  }
}
