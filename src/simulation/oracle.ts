import { exposureOf } from '../core/exposure.ts';
import type { RunStateChange } from '../core/publication.ts';
import { wasApplied } from '../core/phases/ending.ts';
import type { Phase, Run, Unit } from '../core/run.ts';
import { type Known, newlyKnown } from './known.ts';
import { inspectChecks } from './signal-promises.ts';
import { inspectTelling } from './telling-promises.ts';
import type { SimProcess } from './process.ts';
import { isFault, type SimResource, type Value } from './resource.ts';
import type { Scenario } from './scenario.ts';
import type { Environment } from './environment.ts';
import type { Timeline } from './timeline.ts';

/** A promise that did not hold. */
export interface Violation {
  /** Its number among the promises. */
  readonly promise: number;
  readonly text: string;
  /** Simulated time. */
  readonly at: number;
}

const holding: ReadonlySet<Phase> = new Set(['injecting', 'observing', 'reverting'] as const);
const killSwitch = 'kill-switch';
/** What is left of a run that is over stays at least so long. */
const keptMs = 7 * 86_400_000;
/** A look at the run right before an apply is no older than the answer took. */
const freshMs = 100;

/**
 * Checks the promises, knowing the truth: what is stored, what resources really hold, when each call took effect. It
 * looks after every effect in the simulated world, and again when everything is over.
 */
export class Oracle {
  violation: Violation | null = null;
  readonly #timeline: Timeline;
  readonly #scenario: Scenario;
  readonly #store: Environment['store'];
  readonly #functions: Environment['functions'];
  readonly #resources: ReadonlyMap<string, SimResource>;
  readonly #wellBefore: Environment['wellBefore'];
  readonly #runs = new Map<string, Known>();
  readonly #undo = new Map<string, unknown>();
  readonly #locks = new Map<string, { readonly owner: string | null; readonly epoch: number }>();
  readonly #values = new Map<string, Value>();
  /** What each resource should hold without us: as it was at first, or as somebody else last set it. */
  readonly #rightful = new Map<string, Value>();
  readonly #doses = new Map<
    string,
    { readonly epoch: number; readonly cleared: boolean; readonly runId: string; readonly since: number }
  >();
  readonly #started = new Set<string>();
  readonly #reverting = new Map<string, { readonly process: SimProcess; readonly until: number }[]>();
  readonly #published = new Map<string, RunStateChange>();
  readonly #stoppedSince = new Map<string, number>();
  /** By which run each resource was changed last, and when that ended. */
  readonly #lastUsed = new Map<string, { readonly by: string; readonly at: number }>();
  readonly #armed = new Map<string, number>();
  /** Told of each phase that a run is seen to have reached. */
  onPhase: (run: Run) => void = () => {};
  /** What happened, to show that the simulation reaches what it checks. */
  readonly seen = new Map<string, number>();

  constructor(timeline: Timeline, environment: Environment) {
    this.#timeline = timeline;
    this.#scenario = environment.scenario;
    this.#store = environment.store;
    this.#functions = environment.functions;
    this.#resources = environment.resources;
    this.#wellBefore = environment.wellBefore;
    for (const [name, resource] of environment.resources) {
      this.#values.set(name, resource.truth.value);
      this.#rightful.set(name, resource.truth.value);
    }
  }

  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** The first violation counts: what follows may only follow from it. */
  broken(promise: number, text: string): void {
    this.violation ??= { promise, text, at: this.#timeline.now };
  }

  /** Somebody else changes a resource. */
  foreign(name: string, value: Value): void {
    this.#rightful.set(name, value);
    this.#values.set(name, value);
    this.note('change by others');
  }

  /** The dead-man of a run is armed for this time. */
  deadManArmed(run: string, at: number): void {
    this.#armed.set(run, at);
    const known = this.#runs.get(run);
    if (known !== undefined) known.unguarded = false;
  }

  /** `kill-switch`, or an alarm's name: stops count from the moment they are true. */
  stopSignal(name: string, on: boolean): void {
    if (!on) this.#stoppedSince.delete(name);
    else if (!this.#stoppedSince.has(name)) this.#stoppedSince.set(name, this.#timeline.now);
  }

  /** After every effect. */
  inspect(): void {
    for (const [id, { run }] of this.#store.runs) {
      const known = this.#runs.get(id);
      if (known === undefined) this.#runCreated(run);
      else if (known.run !== run) this.#runChanged(known, run);
    }
    this.stopSignal(killSwitch, this.#store.killSwitch.on);
    this.#inspectUndo();
    this.#inspectLocks();
    for (const resource of this.#resources.values()) this.#inspectResource(resource);
    this.#inspectDoses();
  }

  #runCreated(run: Run): void {
    this.note('run');
    const known = newlyKnown(run);
    this.#runs.set(run.id, known);
    this.#collectChanges(known, run, 0);
  }

  #runChanged(known: Known, run: Run): void {
    const before = known.run;
    known.run = run;
    const fell = (['seq', 'nextCommandId', 'nextJournalSeq'] as const).find(
      (name) => run[name] < before[name],
    );
    if (fell !== undefined || run.requestedAt !== before.requestedAt)
      this.broken(5, `Run ${run.id} was begun a second time (${fell ?? 'requestedAt'} fell)`);
    if (before.abort !== null && run.abort !== before.abort && run.abort?.code !== before.abort.code)
      this.broken(3, `The abort of run ${run.id} for ${before.abort.code} was lost`);
    if (before.abort === null && run.abort !== null) {
      known.abortAt = this.#timeline.now;
      this.note(`abort: ${run.abort.code}`);
    }
    this.#collectChanges(known, run, before.seq);
    this.#inspectTick(before, run);
    inspectChecks(run, this.#wellBefore, {
      broken: (text) => this.broken(7, text),
      note: (what) => this.note(what),
    });
    this.#inspectGuard(known, before, run);
    if (run.phase !== before.phase) {
      this.#phaseChanged(known, before, run);
      this.onPhase(run);
    }
    const busy = [...this.#store.runs.values()].filter((other) => holding.has(other.run.phase)).length;
    if (holding.has(run.phase) && busy > this.#scenario.caps.maxRunsAtOnce && !known.reopened)
      this.broken(8, `${busy} runs at once; at most ${this.#scenario.caps.maxRunsAtOnce} are allowed`);
  }

  #phaseChanged(known: Known, before: Run, run: Run): void {
    this.note(`phase: ${run.phase}`);
    if (run.phase === 'injecting') known.injectingAt = this.#timeline.now;
    else if (before.phase === 'injecting' && run.phase !== 'observing')
      known.abortAt = Math.min(known.abortAt, this.#timeline.now);
    if (run.phase === 'reverting' && (before.phase === 'ended' || before.phase === 'recovering')) {
      known.reopened = true;
      known.unguarded = true;
      this.note('reopened');
      if (!this.#scenario.stragglers)
        this.broken(2, `Run ${run.id} was past reverting with a fault in place`);
    }
    if (run.phase === 'ended') {
      if (run.outcome === null) this.broken(9, `Run ${run.id} ended without outcome`);
      for (const unit of run.units.filter(wasApplied))
        this.#lastUsed.set(unit.resource, { by: run.id, at: run.endedAt ?? this.#timeline.now });
      this.note(
        `outcome: ${run.outcome?.result === 'refused' ? `refused ${run.outcome.code}` : run.outcome?.result}`,
      );
    }
  }

  #collectChanges(known: Known, run: Run, after: number): void {
    inspectTelling(known, run, after, {
      broken: (text) => this.broken(9, text),
      note: (what) => this.note(what),
    });
  }

  /** A run that was opened again gets a dead-man again: until it is armed the run still means to arm it. */
  #inspectGuard(known: Known, before: Run, run: Run): void {
    const meant = run.outbox.some(({ command }) => command.type === 'arm-dead-man');
    if (known.unguarded && before.phase === 'reverting' && run.phase === 'reverting' && !meant)
      this.broken(6, `Run ${run.id} was opened again and has no dead-man`);
  }

  /** One chain per run: its ticks follow each other at the tick's length, whatever comes twice. */
  #inspectTick(before: Run, run: Run): void {
    const { tickMs, skewMs } = run.settings;
    if (run.tick === before.tick) return;
    const next = run.tick.epoch === before.tick.epoch && run.tick.n === before.tick.n + 1;
    const replaced = run.tick.epoch > before.tick.epoch && run.tick.n === 0;
    if (!next && !replaced)
      this.broken(
        5,
        `Tick ${before.tick.epoch}/${before.tick.n} of run ${run.id} was followed by ${run.tick.epoch}/${run.tick.n}`,
      );
    else if (next && run.tick.expectedAt < before.tick.expectedAt + tickMs - skewMs)
      this.broken(5, `The ticks of run ${run.id} follow each other too fast: its chain has doubled`);
  }

  #inspectUndo(): void {
    for (const [key, at] of this.#store.undoExpiry) {
      const run = this.#store.runs.get(key.split(' ')[0] ?? '')?.run;
      if (run?.phase !== 'ended' || run.audits.length > 0 || at < this.#timeline.now + keptMs)
        this.broken(1, `The undo record of ${key} may go though its run is ${run?.phase} and may need it`);
    }
    for (const [key, undo] of this.#store.undo) {
      if (!this.#undo.has(key)) this.#undo.set(key, undo);
      else if (this.#undo.get(key) !== undo) this.broken(1, `The undo record of ${key} was replaced`);
    }
  }

  #inspectLocks(): void {
    for (const [resource, before] of this.#locks) {
      const lock = this.#store.locks.get(resource);
      if (lock === undefined || lock.epoch < before.epoch)
        this.broken(5, `The epoch of lock ${resource} fell`);
    }
    for (const [resource, { owner, epoch }] of this.#store.locks) {
      const before = this.#locks.get(resource);
      if (before?.owner === owner && before.epoch === epoch) continue;
      this.#locks.set(resource, { owner, epoch });
      const previous = before?.owner == null ? undefined : this.#store.runs.get(before.owner)?.run;
      if (previous === undefined || owner === before?.owner) continue;
      if (owner !== null) this.note('lock taken over');
      const inUse = previous.units.some((unit) => unit.resource === resource && mayHaveFault(previous, unit));
      if (inUse && this.#runs.get(previous.id)?.reopened !== true)
        this.broken(5, `Run ${previous.id} lost its lock on ${resource} while ${previous.phase}`);
    }
  }

  #inspectResource(resource: SimResource): void {
    const { name } = resource;
    const { value } = resource.truth;
    const before = this.#values.get(name) ?? null;
    if (value === before) {
      if (isFault(value) && resource.truth.exists) this.#faultInPlace(name, value.slice('fault:'.length));
      return;
    }
    this.#values.set(name, value);
    if (isFault(value)) {
      const id = value.slice('fault:'.length);
      if (isFault(before)) this.broken(4, `${name}: ${value} was written over ${before}`);
      this.#faultBegins(id, name);
      const undo = this.#store.undo.get(`${id} ${name}`);
      if (JSON.stringify(undo)?.includes(`"value":${JSON.stringify(before)}`) !== true)
        this.broken(
          1,
          `${name} was changed from ${before}, but its undo record says ${JSON.stringify(undo)}`,
        );
      return;
    }
    this.note('restored');
    if (!isFault(before))
      this.broken(4, `${name} was changed from ${before}, somebody else's value, to ${value}`);
    else if (value !== this.#rightful.get(name))
      this.broken(4, `${name} was restored to ${value}; it should be ${this.#rightful.get(name)}`);
  }

  #inspectDoses(): void {
    for (const [name, { epoch, cleared, dose, expiresAt }] of this.#functions.doses) {
      const before = this.#doses.get(name);
      const changed = before?.epoch !== epoch || before.cleared !== cleared;
      if (changed) {
        const ended = before?.cleared === false ? before.runId : '';
        this.#doses.set(name, { epoch, cleared, runId: dose?.runId ?? ended, since: this.#timeline.now });
        const fell =
          before !== undefined && (epoch < before.epoch || (epoch === before.epoch && before.cleared));
        if (fell)
          this.broken(
            2,
            `The dose of ${name} came back after its revert (epoch ${before.epoch} to ${epoch})`,
          );
      }
      // Sandboxes go on with the dose they know until it is too old.
      const now = this.#doses.get(name);
      const lingers = now?.cleared === true && this.#timeline.now < now.since + this.#scenario.lingerMs;
      if (lingers && now.runId !== '') this.#faultInPlace(`dose:${name}`, now.runId);
      if (cleared || dose === null || expiresAt <= this.#timeline.now) continue;
      if (changed) this.#faultBegins(dose.runId, `dose:${name}`);
      this.#faultInPlace(`dose:${name}`, dose.runId);
    }
  }

  /** An apply has taken effect. */
  #faultBegins(id: string, resource: string): void {
    this.note('applied');
    const run = this.#store.runs.get(id)?.run;
    const unit = run?.units.find((candidate) => candidate.resource === resource);
    if (run === undefined || unit === undefined)
      return this.broken(2, `${resource} was changed for no run (${id})`);
    if (!this.#store.undo.has(`${id} ${unit.id}`))
      this.broken(1, `${resource} was changed by run ${id} without a durable undo record`);
    this.#requireAsked(run, unit);
  }

  #requireAsked(run: Run, unit: Unit): void {
    const { experiment } = run;
    const { caps, functions, settings } = this.#scenario;
    const target = functions.find(({ name }) => unit.resource.endsWith(`:${name}`));
    if (target?.optedIn !== true) this.broken(8, `${unit.resource} carries no opt-in tag`);
    if (target?.layerAttached !== true || !target.local)
      this.broken(8, `${unit.resource} is no target for faults`);
    if (exposureOf(experiment) > caps.maxExposure || experiment.duration > caps.maxDurationMs)
      this.broken(8, `Run ${run.id} is beyond the caps of the settings`);
    if (caps.approvalRequired && run.approval === null) this.broken(8, `Run ${run.id} was not approved`);
    const now = this.#timeline.now + settings.skewMs;
    if (now < run.startAt) this.broken(8, `Run ${run.id} begins ${run.startAt - now} ms before its start`);
    const used = this.#lastUsed.get(unit.resource);
    if (used !== undefined && used.by !== run.id && now < used.at + caps.cooldownMs)
      this.broken(8, `${unit.resource} should be left alone after run ${used.by}`);
    if (!this.#scenario.windowOpen) this.broken(8, `Run ${run.id} is outside the window`);
  }

  #faultInPlace(resource: string, id: string): void {
    const known = this.#runs.get(id);
    const unit = known?.run.units.find((candidate) => candidate.resource === resource);
    if (known === undefined || unit === undefined || this.#scenario.stragglers) return;
    if (!mayHaveFault(known.run, unit))
      this.broken(
        2,
        `${resource} still has the fault of run ${id}, which is ${known.run.phase} (unit ${unit.state.at})`,
      );
  }

  /** A driver is about to send the call that applies. */
  applyStarts(process: SimProcess, { id }: Run, unit: Unit): void {
    const { now } = this.#timeline;
    this.note('apply started');
    const known = this.#runs.get(id);
    const leasedAt = process.leases.get(unit.resource)?.at ?? Infinity;
    // Several units look one beside the other: the first look under this one's lease is its own, or as good.
    const look = process.looks.find(({ run, at }) => run === id && at >= leasedAt)?.at;
    if (known === undefined || look === undefined)
      return this.broken(3, `An apply of ${id} started without a look at the run under its lease`);
    const ageMs = process.movedMsSince(look);
    if (ageMs > freshMs) this.broken(3, `An apply of ${id} started ${ageMs} ms after its look at the run`);
    if (known.abortAt < look) this.broken(3, `An apply of ${id} started though its abort was durable`);
    if (known.abortAt <= now) this.note('apply started in the window after its last look');
    const key = `${id} ${unit.id}`;
    if (this.#started.has(key)) this.broken(3, `The apply of ${key} was sent a second time`);
    this.#started.add(key);
    if (!this.#store.undo.has(key))
      this.broken(1, `The apply of ${key} started without a durable undo record`);
    const stops = process.stops.filter((read) => read.at >= known.injectingAt);
    if (stops.length === 0) this.broken(7, `Run ${id} applies without having read what stops it`);
    if (stops.every(({ generation }) => generation !== known.run.killSwitchGeneration))
      this.broken(3, `Run ${id} applies though the kill switch was thrown since its checks`);
    const leaseUntil = unit.state.at === 'applying' ? unit.state.leaseUntil : Infinity;
    if ((this.#armed.get(id) ?? 0) < leaseUntil + unit.settleMs)
      this.broken(6, `Run ${id} applies what the dead-man may come too early for`);
    for (const [stop, since] of this.#stoppedSince) {
      const concerns = stop === killSwitch || this.#scenario.alarmsOf(known.run).includes(stop);
      if (concerns && since <= known.injectingAt)
        this.broken(3, `Run ${id} applies though ${stop} has been on since before it was to inject`);
    }
  }

  /** A driver begins to revert. Only one does at a time, as long as its lease lasts. */
  revertStarts(process: SimProcess, resource: string): () => void {
    const present = this.#reverting.get(resource) ?? [];
    const { now } = this.#timeline;
    const other = present.find((one) => one.process.alive && now < one.until);
    if (other !== undefined)
      this.broken(4, `${process.id} and ${other.process.id} revert ${resource} at once`);
    const mine = { process, until: process.leases.get(resource)?.until ?? now };
    this.#reverting.set(resource, [...present, mine]);
    return () => {
      const rest = (this.#reverting.get(resource) ?? []).filter((one) => one !== mine);
      this.#reverting.set(resource, rest);
    };
  }

  published(change: RunStateChange): void {
    const key = `${change.runId} ${change.seq}`;
    const before = this.#published.get(key);
    if (before !== undefined) this.note('published again');
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(change))
      this.broken(9, `Change ${key} was published with two contents`);
    this.#published.set(key, change);
  }

  /** When everything is over, no fault is in place: whichever way out was left. */
  requireNoFaults(): void {
    for (const [name, resource] of this.#resources) {
      const { value, exists } = resource.truth;
      if (exists && value !== this.#rightful.get(name))
        this.broken(
          isFault(value) ? 2 : 4,
          `In the end ${name} is ${value}; it should be ${this.#rightful.get(name)}`,
        );
    }
    for (const [name, { cleared, expiresAt }] of this.#functions.doses)
      if (!cleared && expiresAt > this.#timeline.now) this.broken(2, `In the end ${name} still has a dose`);
  }

  /** And every run that began to inject has ended. */
  requireEnded(all: boolean): void {
    for (const { run, injectingAt } of this.#runs.values())
      if (run.phase !== 'ended' && (all || injectingAt < Infinity))
        this.broken(2, `In the end run ${run.id} is ${run.phase}`);
  }

  /** And everything was told, every lock is free or free to take, and nothing is left to do. */
  requireTidy(): void {
    for (const { run } of this.#runs.values()) {
      if (run.outbox.length > 0)
        this.broken(
          9,
          `In the end run ${run.id} still has ${run.outbox.map(({ command }) => command.type).join(', ')} to do`,
        );
      for (let seq = 1; seq <= run.seq; seq += 1) {
        const told = this.#published.get(`${run.id} ${seq}`);
        if (told === undefined) this.broken(9, `Change ${seq} of run ${run.id} was never published`);
        for (const channel of run.experiment.notify ?? [])
          if (told?.channels.includes(channel) === false)
            this.broken(9, `Change ${seq} of run ${run.id} was not meant for ${channel}`);
      }
      const written = this.#store.journals.get(run.id)?.keys() ?? [];
      const journal = new Set([...written, ...run.unwritten.map(({ seq }) => seq)]).size;
      if (journal !== run.nextJournalSeq - 1)
        this.broken(9, `The journal of run ${run.id} has ${journal} of ${run.nextJournalSeq - 1} entries`);
    }
    for (const [resource, { owner }] of this.#store.locks) {
      const phase = owner === null ? 'ended' : this.#store.runs.get(owner)?.run.phase;
      if (phase !== undefined && phase !== 'ended')
        this.broken(5, `In the end ${resource} is locked by run ${owner}, which is ${phase}`);
    }
    if (this.#store.active.size > 0)
      this.broken(5, `In the end ${[...this.#store.active.keys()].join(', ')} still count as active`);
  }
}

/** Whether the run still holds itself responsible for a fault of this unit. */
function mayHaveFault(run: Run, unit: Unit): boolean {
  const at = unit.state.at;
  return holding.has(run.phase) && (at === 'applying' || at === 'applied' || at === 'reverting');
}
