import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Dose } from '../../generated/types.ts';
import { consider, dependencyRules, type DependencyRule, type Injection } from '../calls/consider.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Clock } from '../clock.ts';
import type { DoseSource } from '../dose-source.ts';
import type { InvocationEffect, Moment } from '../faults/module.ts';
import { moduleOf } from '../faults/of.ts';
import { Holding } from '../occupy/holding.ts';
import type { Occupation } from '../occupy/occupation.ts';
import type { Consideration, Gate } from '../intercept/gate.ts';
import { interceptCalls } from '../intercept/intercept.ts';
import type { Reporter } from '../telemetry/reporter.ts';
import type { SkipReason } from '../telemetry/skip-reason.ts';
import { Cuts, type Injecting } from './cuts.ts';
import { ANSWER_MARGIN_MS, type Invocation } from './invocation.ts';
import type { Limits } from './limits.ts';

/** A waiting delay looks at the dose at least this often. */
const SLICE_MS = 250;

/** A fault with its place in the experiment. */
export type DosedFault = Dose['faults'][number];

/** Injects the faults of one dose: the only place that waits, counts and looks at the dose while doing so. */
export class Injector implements Gate, Injecting {
  /** The enrolled invocation under way, where there is only one at a time; for calls that lost their context. */
  only: Invocation | undefined;
  /** How long the handler has taken at most without our delays, in milliseconds. */
  longestHandlerMs = 0;
  readonly #dose: Dose;
  readonly #source: DoseSource;
  readonly #clock: Clock;
  readonly #reporter: Reporter;
  readonly #limits: Limits;
  readonly #storage: AsyncLocalStorage<Invocation | undefined>;
  readonly #concurrent: boolean;
  readonly #rules: readonly DependencyRule[];
  readonly #cuts: Cuts;
  readonly #restore: (() => void)[] = [];
  readonly #wake = new Set<() => void>();
  readonly #holdings = new Set<Holding>();
  #ended = false;

  constructor(
    dose: Dose,
    source: DoseSource,
    clock: Clock,
    reporter: Reporter,
    limits: Limits,
    storage: AsyncLocalStorage<Invocation | undefined>,
    concurrent: boolean,
  ) {
    this.#dose = dose;
    this.#source = source;
    this.#clock = clock;
    this.#reporter = reporter;
    this.#limits = limits;
    this.#storage = storage;
    this.#concurrent = concurrent;
    this.#rules = dependencyRules(dose);
    this.#cuts = new Cuts(this.#rules, this, reporter, clock, concurrent);
    if (this.#rules.length > 0) this.#restore.push(interceptCalls(this), () => this.#cuts.restore());
  }

  end(): void {
    this.#ended = true;
    for (const restore of this.#restore.splice(0)) restore();
    this.stop();
    this.#storage.disable();
  }

  /** Ends what is under way: every delay looks again at whether it may go on, and what was taken up is given back. */
  stop(): void {
    for (const wake of this.#wake) wake();
    for (const holding of this.#holdings) void holding.giveBack();
  }

  isExpired(): boolean {
    return this.#clock.now() >= this.#dose.expiresAt;
  }

  /** The faults of the dose, in file order. */
  get faults(): Dose['faults'] {
    return this.#dose.faults;
  }

  /** What a fault does to this invocation at this moment, decided by draws of its own; undefined for nothing. */
  effectOn(invocation: Invocation, { id, fault }: DosedFault, moment: Moment): InvocationEffect | undefined {
    const module = moduleOf(fault);
    if (module.onInvocation === undefined || invocation.spared || !invocation.faults.has(id))
      return undefined;
    const draw = invocation.drawsAt(id, moment.at);
    const effect = module.onInvocation(fault, moment, draw);
    if (effect !== undefined) invocation.witness?.planned(id, moment.at, effect);
    if (effect === undefined || draw('rate') >= (fault.rate ?? 1)) return undefined;
    const skip = module.needsOwnProcess === true && this.#concurrent ? 'shared-process' : effect.skip;
    if (skip === undefined) return effect;
    this.#reporter.skipped(skip);
    return undefined;
  }

  /** Whether a fault may be injected now; it is counted as injected then. */
  async fire(invocation: Invocation, faultId: string): Promise<boolean> {
    if (!(await this.confirm(invocation)) || !this.#limits.claim(faultId)) return false;
    this.count(invocation, faultId);
    return true;
  }

  /** Counts that a fault could not be done to an invocation. */
  skipped(reason: SkipReason): void {
    this.#reporter.skipped(reason);
  }

  /**
   * Runs the handler and remembers how long it took.
   * @param delayedMs how long it was held up by us meanwhile
   */
  async timed<T>(work: () => Promise<T>, delayedMs: () => number = () => 0): Promise<T> {
    const startedAt = this.#clock.monotonic();
    try {
      return await work();
    } finally {
      const tookMs = this.#clock.monotonic() - startedAt - delayedMs();
      this.longestHandlerMs = Math.max(this.longestHandlerMs, tookMs);
    }
  }

  /** @param call the call that it was injected into; none at an end of the invocation */
  count(invocation: Invocation, faultId: string, call?: OutboundCall): void {
    invocation.hasFired(faultId, call);
    this.#reporter.fired(faultId, invocation.group === 'directed');
  }

  /** As far as is known without reading, this may still be injected into this invocation. */
  isAllowed(invocation: Invocation): boolean {
    return !this.#isOver(invocation) && this.#source.freshness() === 'fresh';
  }

  async confirm(invocation: Invocation): Promise<boolean> {
    if (!this.#isOver(invocation) && !this.isAllowed(invocation)) await this.#source.confirm();
    return this.isAllowed(invocation);
  }

  /** No reading of the dose makes it right to inject anything more into this invocation. */
  #isOver(invocation: Invocation): boolean {
    return this.#ended || invocation.spared || this.#limits.broken || this.isExpired();
  }

  /**
   * Waits for faults, counted as injected, as long as the dose allows it; says whether it still does.
   * @param faultIds none where the wait has been counted before
   */
  async delay(invocation: Invocation, faultIds: readonly string[], delayMs: number): Promise<boolean> {
    if (!(await this.confirm(invocation))) return false;
    const claimed = faultIds.filter((id) => this.#limits.claim(id));
    if (claimed.length < faultIds.length) return false;
    for (const id of claimed) this.count(invocation, id);
    return this.#wait(invocation, delayMs);
  }

  /** Holds a call back for the faults that have claimed it; says whether the dose still allows it afterwards. */
  async #hold(
    invocation: Invocation,
    { delayedBy, delayMs }: Pick<Injection, 'delayedBy' | 'delayMs'>,
    call: OutboundCall,
  ): Promise<boolean> {
    if (!(await this.confirm(invocation))) return false;
    for (const id of delayedBy) this.count(invocation, id, call);
    return this.#wait(invocation, delayMs);
  }

  /** Waits, in slices, as long as the dose allows it; says whether it still does. */
  async #wait(invocation: Invocation, delayMs: number): Promise<boolean> {
    const until = this.#clock.monotonic() + delayMs;
    for (;;) {
      const leftMs = until - this.#clock.monotonic();
      if (!this.isAllowed(invocation)) return false;
      if (leftMs <= 0) return true;
      this.#source.keepFresh();
      const whole = this.#source.fixed === true && Number.isFinite(leftMs);
      const sliceMs = whole ? leftMs : Math.min(leftMs, SLICE_MS);
      await this.#sleep(Math.min(sliceMs, this.#dose.expiresAt - this.#clock.now()));
    }
  }

  /** Takes something up until the invocation ends, or until the dose no longer allows it. */
  async occupy(invocation: Invocation, faultId: string, occupation: Occupation): Promise<void> {
    if (!(await this.confirm(invocation)) || !this.#limits.claim(faultId)) return;
    const holding = new Holding(
      { isAllowed: () => this.isAllowed(invocation), expiresAt: this.#dose.expiresAt },
      () => this.#source.keepFresh(),
      this.#clock,
    );
    this.#holdings.add(holding);
    invocation.atItsEnd.push(async () => {
      this.#holdings.delete(holding);
      await holding.giveBack();
    });
    const hasTime = (): boolean => invocation.remainingMs() > this.longestHandlerMs + ANSWER_MARGIN_MS;
    if (await holding.take(occupation, hasTime)) this.count(invocation, faultId);
    else if (this.isAllowed(invocation)) this.#reporter.skipped('not-applicable');
  }

  consider(call: OutboundCall): Consideration | undefined {
    const invocation = this.#storage.getStore() ?? (this.#concurrent ? undefined : this.only);
    if (invocation === undefined || invocation.group === 'control' || this.#isOver(invocation)) {
      return undefined;
    }
    const claim = (id: string): boolean => this.claim(id);
    const candidate = consider(this.#rules, call, invocation, claim, this.#cuts.addressesOf);
    if (candidate === undefined) return undefined;
    return {
      ...candidate,
      decide: (body) => {
        const injection = candidate.decide(body);
        invocation.witness?.decided(call, injection);
        if (injection === undefined) return undefined;
        return {
          ...injection,
          isAllowed: () => this.isAllowed(invocation),
          confirm: () => this.confirm(invocation),
          delay: () => this.#hold(invocation, injection, call),
          outlast: () => this.over(invocation),
          ended: () => {
            if (injection.endedBy !== undefined) this.count(invocation, injection.endedBy, call);
          },
          failing: this.#cuts.failing(invocation, injection, call),
        };
      },
    };
  }

  decided<T>(send: () => T): T {
    return this.#cuts.decided(send);
  }

  /** Takes one injection out of a fault's budget; says whether there was one. */
  claim(faultId: string): boolean {
    return this.#limits.claim(faultId);
  }

  actor(): Invocation | undefined {
    const known = this.#storage.getStore();
    // A socket's events happen in the context of whoever opened it; once that is over, for who is under way.
    const invocation = this.#concurrent || known?.spared === false ? known : this.only;
    if (invocation === undefined || invocation.group === 'control') return undefined;
    return this.#isOver(invocation) ? undefined : invocation;
  }

  async over(invocation: Invocation): Promise<void> {
    invocation.atItsEnd.push(async () => {
      for (const wake of this.#wake) wake();
      // Who waits for such a connection hears of its end before the answer goes out.
      await new Promise((resolve) => setImmediate(resolve));
    });
    await this.delay(invocation, [], Number.POSITIVE_INFINITY);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#wake.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(Math.max(1, ms), wake);
      this.#wake.add(wake);
    });
  }
}
