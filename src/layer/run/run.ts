import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dose } from '../../generated/types.ts';
import type { Clock } from '../clock.ts';
import type { Directives } from '../directive/directives.ts';
import type { DoseSource } from '../dose-source.ts';
import { groupOf } from '../group.ts';
import { logOnce, reasonOf } from '../log.ts';
import type { ActiveRun, HandlerCall, Realm } from '../realm.ts';
import { logFaulted } from '../telemetry/emf.ts';
import { Pace } from '../telemetry/pace.ts';
import type { Reporter } from '../telemetry/reporter.ts';
import { contextOf, remainingMsOf, requestIdOf } from './context.ts';
import type { Ending } from './ending.ts';
import { underFaults } from './faulting.ts';
import { Injector } from './injector.ts';
import { Invocation, type Part } from './invocation.ts';
import { callbackOf, callPlainly, deliver, perform } from './perform.ts';

/** Where a fault can end the process, the start of an invocation is waited for no longer than this. */
export const ACKNOWLEDGE_START_MS = 100;
/** Before the process is ended, its last report is waited for no longer than this. */
const LAST_REPORT_MS = 300;

/** A dose in effect in this realm. */
export class Run implements ActiveRun {
  readonly dose: Dose;
  readonly reporter: Reporter;
  readonly #realm: Realm;
  readonly #source: DoseSource;
  readonly #clock: Clock;
  readonly #functionName: string;
  readonly #directives: Directives | undefined;
  readonly #storage = new AsyncLocalStorage<Invocation | undefined>();
  readonly #injector: Injector;
  readonly #pace: Pace;
  #ended = false;

  constructor(
    dose: Dose,
    parts: {
      realm: Realm;
      source: DoseSource;
      clock: Clock;
      reporter: Reporter;
      functionName: string;
      concurrent: boolean;
      directives?: Directives | undefined;
    },
  ) {
    this.dose = dose;
    this.reporter = parts.reporter;
    this.#pace = new Pace(dose, parts.reporter, parts.clock);
    this.#realm = parts.realm;
    this.#source = parts.source;
    this.#clock = parts.clock;
    this.#functionName = parts.functionName;
    this.#directives = parts.directives;
    this.#injector = new Injector(
      dose,
      parts.source,
      parts.clock,
      parts.reporter,
      this.#storage,
      parts.concurrent,
    );
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
    const group = groupOf(this.dose.salt, requestId, this.dose.exposure);
    const asks = this.#asked(call, 'look') !== undefined;
    if (group === 'bystander' && !asks) {
      this.#injector.only = undefined;
      return this.#storage.run(undefined, callPlainly, call);
    }
    const outcome = this.#take(call, requestId, asks);
    const callback = callbackOf(call);
    return callback === undefined ? outcome : deliver(outcome, callback, contextOf(call));
  }

  async #take(call: HandlerCall, requestId: string, asks: boolean): Promise<unknown> {
    await this.#source.confirm();
    // The dose may have become another one, or none: then groups are those of the new one.
    const now = this.#realm.active;
    return now instanceof Run ? now.#invoke(call, requestId, asks) : perform(call);
  }

  async #invoke(call: HandlerCall, requestId: string, asks: boolean): Promise<unknown> {
    let invocation: Invocation | undefined;
    try {
      invocation = await this.#admit(call, requestId, asks);
    } catch (error) {
      logOnce(`an invocation was left alone: ${reasonOf(error)}`);
    }
    return invocation === undefined ? perform(call) : this.#measured(call, invocation);
  }

  /** The faults that a directive asks for, if it is valid; one that is ignored is counted. Only `take` uses it up. */
  #asked(call: HandlerCall, how: 'look' | 'take'): ReadonlySet<string> | undefined {
    try {
      const asked = this.#directives?.[how](call);
      if (asked === undefined || 'faults' in asked) return asked?.faults;
      this.reporter.skipped(asked.ignored);
      this.#pace.started();
    } catch (error) {
      logOnce(`a directive was not read: ${reasonOf(error)}`);
    }
    return undefined;
  }

  /**
   * Everything that both groups, and who asks for a fault, go through alike before the handler runs; undefined where it
   * is left alone.
   */
  async #admit(call: HandlerCall, requestId: string, asks: boolean): Promise<Invocation | undefined> {
    const group = groupOf(this.dose.salt, requestId, this.dose.exposure);
    if ((group === 'bystander' && !asks) || this.#injector.isExpired()) return undefined;
    const freshness = this.#source.freshness();
    if (freshness !== 'fresh') {
      this.reporter.skipped(freshness);
      this.reporter.send();
      return undefined;
    }
    const asked = asks ? this.#asked(call, 'take') : undefined;
    const part = asked === undefined ? group : 'directed';
    if (part === 'bystander') return undefined;
    const cohort = this.reporter.cohortAt(this.#clock.now());
    if (part === 'directed') this.reporter.directed();
    else this.reporter.started(part, cohort);
    const invocation = new Invocation(this.dose, requestId, part, cohort, () => remainingMsOf(call), asked);
    if (!this.dose.acknowledgeStart) {
      this.#pace.started();
    } else if (!(await this.reporter.acknowledge(ACKNOWLEDGE_START_MS))) {
      // It stays in its group: who is counted must not depend on how the store fares.
      invocation.spared = true;
      this.reporter.skipped('start-not-acknowledged');
    }
    return invocation;
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
      const { group, cohort } = invocation;
      if (group !== 'directed') this.reporter.finished(group, cohort, failed, ms);
      if (invocation.fired.size > 0) this.#log(invocation);
      await Promise.all(invocation.atItsEnd.map((giveBack) => giveBack()));
      await this.#pace.finished();
      if (invocation.ending !== undefined) await this.#endProcess(invocation.ending);
    }
  }

  /** What happened is known before the process ends; it does not end where that would make a success look like a failure. */
  async #endProcess(ending: Ending): Promise<void> {
    const isKnown = await this.reporter.acknowledge(LAST_REPORT_MS);
    if (!isKnown && ending.exit.once === 'answered') ending.callOff();
    await ending.meet();
  }

  #log({ requestId, group, fired }: { requestId: string; group: Part; fired: Map<string, number> }): void {
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
