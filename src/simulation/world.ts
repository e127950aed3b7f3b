import { claimsOf } from './claims.ts';
import { runIdOf } from '../core/run-id.ts';
import type { RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import { revertAll, type DeadManInput } from '../engine/dead-man.ts';
import { Engine } from '../engine/engine.ts';
import type { Ports } from '../engine/ports.ts';
import type { Chaos } from './chaos.ts';
import { Environment } from './environment.ts';
import { Network } from './network.ts';
import { Oracle } from './oracle.ts';
import type { Plant } from './plant.ts';
import { createPorts, type Outside, type Surroundings } from './ports.ts';
import { SimProcess } from './process.ts';
import type { Action, Scenario, SimRequest } from './scenario.ts';
import { Timeline } from './timeline.ts';

/** A process that has not ended by then is ended, as Lambda does. */
const processLimitMs = 60_000;
/** A message whose process failed is delivered again. */
const redeliveryMs = 20_000;
const sweepEveryMs = 60_000;
/** By then everything must have come to rest. */
const patienceMs = 3 * 60 * 60_000;

interface Process {
  readonly process: SimProcess;
  readonly ports: Ports;
  readonly engine: Engine;
}

/** Everything around the engine: processes and messages, people, and time. */
export class World implements Outside {
  readonly timeline: Timeline;
  readonly oracle: Oracle;
  readonly #scenario: Scenario;
  readonly #chaos: Chaos;
  readonly #trace: (line: string) => void;
  readonly #network: Network;
  readonly #environment: Environment;
  readonly #surroundings: Surroundings;
  readonly #armed = new Map<RunId, { readonly input: DeadManInput; readonly at: number }>();
  readonly #asked = new Set<string>();
  readonly #living = new Set<SimProcess>();
  #engineAlive = true;
  #processes = 0;

  constructor(scenario: Scenario, chaos: Chaos, plant: Plant | null, trace: (line: string) => void) {
    this.#scenario = scenario;
    this.#chaos = chaos;
    this.#trace = trace;
    const { random } = chaos;
    const timeline = new Timeline(scenario.startsAt);
    const network = new Network(timeline, chaos, (process, label) => this.#landed(process, label));
    const environment = new Environment(scenario, random, plant);
    const oracle = new Oracle(timeline, environment);
    this.timeline = timeline;
    this.oracle = oracle;
    this.#network = network;
    this.#environment = environment;
    this.#surroundings = { environment, network, timeline, oracle, random, plant, outside: this };
  }

  /** Lets everything happen, until it has come to rest. */
  async run(): Promise<void> {
    const { calmAt, engineDiesAt, requests, actions } = this.#scenario;
    for (const request of requests) this.#request(request);
    const waiting = new Set<Action>();
    for (const action of actions) {
      const { when } = action;
      if ('at' in when) this.timeline.at(when.at, () => this.#act(action, undefined));
      else waiting.add(action);
    }
    this.oracle.onPhase = ({ id, phase }) => {
      this.#trace(`          run ${id} is ${phase}`);
      for (const action of waiting) {
        const { when } = action;
        if ('at' in when || when.phase !== phase) continue;
        waiting.delete(action);
        this.timeline.after(when.delayMs, () => this.#act(action, id));
      }
    };
    if (this.#sweeps) this.timeline.after(this.#chaos.random.int(1_000, sweepEveryMs), () => this.#sweep());
    if (engineDiesAt < Infinity) this.timeline.at(engineDiesAt, () => this.#engineDies());
    this.timeline.at(calmAt, () => this.#calm());
    const end = calmAt + patienceMs;
    await this.timeline.run(
      () => this.oracle.violation !== null || this.timeline.now > end || (this.#chaos.over && this.#atRest()),
    );
    if (this.oracle.violation === null) this.#judge();
  }

  #judge(): void {
    const { oracle } = this;
    oracle.requireNoFaults();
    if (this.#scenario.waysOut === 'dead-man') return;
    oracle.requireEnded(this.#scenario.waysOut !== 'normal end');
    if (this.#sweeps) oracle.requireTidy();
  }

  get #ticks(): boolean {
    return this.#engineAlive && this.#scenario.waysOut !== 'sweep';
  }

  get #sweeps(): boolean {
    const { waysOut } = this.#scenario;
    return this.#engineAlive && (waysOut === 'all' || waysOut === 'sweep');
  }

  get #deadManComes(): boolean {
    const { waysOut } = this.#scenario;
    return waysOut === 'all' || waysOut === 'dead-man';
  }

  #atRest(): boolean {
    if (this.#living.size > 0 || (this.#deadManComes && this.#armed.size > 0)) return false;
    if (this.#scenario.waysOut === 'dead-man') return true;
    if (!this.#sweeps)
      return [...this.#environment.store.runs.values()].every(({ run }) => run.phase === 'ended');
    return this.#environment.store.active.size === 0;
  }

  #landed(process: SimProcess, label: string): void {
    if (label === 'store.readKillSwitch')
      process.stops.push({
        at: this.timeline.now,
        generation: this.#environment.store.killSwitch.generation,
      });
    this.#trace(`${process.id} ${label}`);
    this.oracle.inspect();
  }

  #calm(): void {
    this.#trace('from here on nothing goes wrong any more');
    this.#chaos.over = true;
    this.#network.down.clear();
    if (!this.#engineAlive) this.#network.down.add('store');
  }

  #engineDies(): void {
    this.#trace('the engine is gone, and the control table');
    this.#engineAlive = false;
    this.#network.down.add('store');
    if (this.#scenario.functionTableDies) this.#network.down.add('functions');
    for (const process of [...this.#living]) process.die();
  }

  // Processes

  /** Starts a process; true where it did its work, false where it failed or died. */
  #spawn(kind: string, work: (process: Process) => Promise<unknown>): Promise<boolean> {
    this.#processes += 1;
    const { random } = this.#chaos;
    const half = this.#scenario.settings.skewMs / 2;
    const process = new SimProcess(`${kind}-${this.#processes}`, random.int(-half, half), this.timeline);
    const ports = createPorts(this.#surroundings, process);
    const engine = new Engine(ports, this.#surroundings.plant?.rules);
    this.#living.add(process);
    const limit = this.timeline.after(processLimitMs, () => process.die());
    return new Promise((resolve) => {
      const over = (done: boolean): void => {
        limit.what = null;
        this.#living.delete(process);
        process.alive = false;
        resolve(done);
      };
      process.onDeath(() => {
        this.#trace(`${process.id} died`);
        over(false);
      });
      work({ process, ports, engine }).then(
        () => over(true),
        (error: unknown) => {
          this.#trace(`${process.id} failed: ${String(error)}`);
          over(false);
        },
      );
    });
  }

  // Messages

  /** Hands a message over, again where its process failed, and sometimes although it did not. */
  #deliver(
    kind: string,
    delayMs: number,
    attempts: number,
    work: (process: Process) => Promise<unknown>,
  ): void {
    const { random } = this.#chaos;
    const late = this.#chaos.happens('delay', kind) ? random.int(1, 15_000) : 0;
    if (this.#chaos.happens('duplicate', kind))
      this.timeline.after(delayMs + random.int(0, 20_000), () => void this.#spawn(kind, work));
    this.timeline.after(delayMs + late, () => this.#attempt(kind, attempts, work));
  }

  #attempt(kind: string, attempts: number, work: (process: Process) => Promise<unknown>): void {
    if (!this.#engineAlive) return;
    void this.#spawn(kind, work).then((done) => {
      if (!done && attempts > 1)
        this.timeline.after(redeliveryMs, () => this.#attempt(kind, attempts - 1, work));
    });
  }

  #request({ experiment, slot, at, startAt, announcements }: SimRequest): void {
    const request = {
      id: runIdOf(experiment.name, slot),
      experiment,
      slot,
      requestedBy: 'simulation',
      settings: this.#scenario.settings,
      startAt,
      announcements,
      ...claimsOf(experiment),
      notJudged: [],
    };
    this.#deliver('start', at - this.timeline.now, 3, ({ engine }) => engine.request(request));
  }

  tick(id: RunId, epoch: number, n: number, delayMs: number): void {
    if (!this.#ticks) return;
    if (this.#scenario.waysOut === 'all' && this.#chaos.happens('lose', 'tick')) return;
    this.#deliver('tick', delayMs, 1_000, ({ engine, process }) =>
      engine.deliver(id, { type: 'tick', at: process.clock.now(), epoch, n }),
    );
  }

  #sweep(): void {
    if (!this.#engineAlive) return;
    void this.#spawn('sweep', ({ engine }) => engine.sweep());
    this.timeline.at(this.#nextSweepAt(), () => this.#sweep());
  }

  /** Each minute; but where nothing can happen before the next audit, straight to that. */
  #nextSweepAt(): number {
    const next = this.timeline.now + sweepEveryMs;
    if (!this.#chaos.over || this.#living.size > 0) return next;
    const waiting = [...this.#environment.store.active.keys()].map(
      (id) => this.#environment.store.runs.get(id)?.run,
    );
    const dues = waiting.map((run) =>
      run?.phase === 'ended' && run.outbox.length === 0 ? Math.min(...run.audits) : next,
    );
    const due = Math.min(...dues);
    return due === Infinity ? next : Math.max(next, due + sweepEveryMs);
  }

  arm(input: DeadManInput, at: number): void {
    this.#armed.set(input.run.id, { input, at });
    this.oracle.deadManArmed(input.run.id, at);
    this.timeline.at(at, () => this.#deadMan(input.run.id));
  }

  disarm(id: RunId): void {
    this.#armed.delete(id);
  }

  #deadMan(id: RunId): void {
    const armed = this.#armed.get(id);
    if (armed === undefined || !this.#deadManComes) return;
    this.oracle.note('dead-man');
    void this.#spawn('dead-man', ({ ports, process }) =>
      revertAll(
        { clock: process.clock, drivers: ports.drivers, leases: ports.store, processId: process.id },
        armed.input,
      ),
    ).then((done) => {
      // A one-time schedule is deleted once its target has taken it.
      if (done || this.#gaveUp(armed.at)) this.#armed.delete(id);
      else this.timeline.after(redeliveryMs, () => this.#deadMan(id));
    });
  }

  /** Where the function table is gone for good, the dead-man tries in vain until the doses have expired long since. */
  #gaveUp(at: number): boolean {
    return this.#chaos.over && this.#scenario.functionTableDies && this.timeline.now > at + 600_000;
  }

  // People and others

  published(change: RunStateChange): void {
    this.oracle.published(change);
    const key = `${change.runId} ${change.seq}`;
    if (change.phase !== 'awaiting-approval' || this.#asked.has(key) || this.#scenario.approval === 'never')
      return;
    this.#asked.add(key);
    const approved = this.#scenario.approval === 'yes';
    let generation = 0;
    void this.#environment.store.readKillSwitch().then((seen) => {
      generation = seen.generation;
    });
    this.#deliver('approver', this.#chaos.random.int(500, 20_000), 3, ({ engine, process }) =>
      engine.deliver(change.runId, {
        type: 'approval',
        at: process.clock.now(),
        by: 'someone',
        approved,
        seq: change.seq,
        generation,
      }),
    );
  }

  #act(action: Action, run: RunId | undefined): void {
    if (!this.#engineAlive || this.#chaos.over) return;
    if (action.type === 'outage' && !this.#chaos.happensNow(`outage of ${action.of} for ${action.forMs} ms`))
      return;
    if (action.type !== 'outage' && !this.#chaos.happensNow(`action ${JSON.stringify(action)}`)) return;
    switch (action.type) {
      case 'abort':
        return this.#abort(run);
      case 'postpone':
        return this.#postpone(run, action.byMs);
      case 'alarm':
        this.#alarm(action.alarm, 'ALARM');
        this.timeline.after(action.forMs, () => this.#alarm(action.alarm, 'OK'));
        return;
      case 'kill-switch':
        return this.#throwKillSwitch(action.forMs);
      case 'change':
      case 'remove':
        return this.#change(action.resource, action.type === 'change' ? action.value : undefined);
      case 'harm':
        this.#environment.harm = true;
        this.timeline.after(action.forMs, () => {
          this.#environment.harm = false;
        });
        return;
      case 'outage':
        this.#network.down.add(action.of);
        this.timeline.after(action.forMs, () => {
          if (this.#engineAlive) this.#network.down.delete(action.of);
        });
    }
  }

  #abort(run: RunId | undefined): void {
    const [first] = this.#environment.store.runs.keys();
    const id = run ?? first;
    if (id === undefined) return;
    this.#deliver('person', 0, 5, ({ engine, process }) =>
      engine.deliver(id, { type: 'abort', at: process.clock.now(), by: 'someone' }),
    );
  }

  #postpone(run: RunId | undefined, byMs: number): void {
    const [first] = this.#environment.store.runs.keys();
    const stored = this.#environment.store.runs.get(run ?? first ?? '')?.run;
    if (stored === undefined) return;
    const startAt = stored.startAt + byMs;
    this.#deliver('person', 0, 5, ({ engine, process }) =>
      engine.deliver(stored.id, { type: 'postpone', at: process.clock.now(), by: 'someone', startAt }),
    );
  }

  #alarm(alarm: string, state: 'OK' | 'ALARM'): void {
    this.#environment.alarms.set(alarm, state);
    this.oracle.stopSignal(alarm, state === 'ALARM');
    if (this.#chaos.happens('lose', 'alarm')) return;
    this.#deliver('alarm', 0, 3, ({ engine, process }) => engine.alarm(alarm, state, process.clock.now()));
  }

  /** Who throws it may die before telling any run; and tries again, or not. */
  #throwKillSwitch(forMs: number): void {
    const attempts = this.#chaos.random.int(1, 3);
    this.#attempt('kill-switch', attempts, async ({ engine }) => engine.setKillSwitch(true));
    this.timeline.after(forMs, () =>
      this.#attempt('kill-switch', 20, ({ engine }) => engine.setKillSwitch(false)),
    );
  }

  #change(name: string, value: string | null | undefined): void {
    const resource = this.#environment.resources.get(name);
    if (resource?.truth.exists !== true) return;
    if (value === undefined) resource.remove(this.timeline.now);
    else {
      resource.write(this.timeline.now, value, null);
      this.oracle.foreign(name, value);
    }
    this.oracle.inspect();
  }
}
