import type { OutboxEntry } from '../core/commands.ts';
import { createRun, type RunRequest } from '../core/create.ts';
import { decide } from '../core/decide.ts';
import type { RunEvent } from '../core/events.ts';
import type { EpochMs, RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { ContentionError, TickLostError } from './errors.ts';
import { perform } from './perform.ts';
import type { Ports } from './ports.ts';

/** Lost races in a row before the caller is told; AWS, or the next tick, then tries again. */
const maxConflicts = 20;
/** Rounds of commands and results for one event: far above what any event needs. */
const maxRounds = 50;
/** An active entry without a run: its request died before the run was stored. */
const orphanMs = 60 * 60_000;

/** What must not wait for a slow channel. The rest is carried out when nothing of this is left. */
const prompt: ReadonlySet<OutboxEntry['command']['type']> = new Set([
  'gather-facts',
  'lock',
  'capture',
  'check-stops',
  'apply',
  'revert',
  'read-back',
  'observe',
  'watch-alarms',
  'arm-dead-man',
  'disarm-dead-man',
  'unwatch',
  'unlock',
  'schedule-tick',
] as const);

/** The core, as the engine asks it. */
export interface Rules {
  readonly createRun: typeof createRun;
  readonly decide: typeof decide;
}

/** The one place with the order load – decide – save – perform. */
export class Engine {
  readonly #ports: Ports;
  readonly #rules: Rules;

  constructor(ports: Ports, rules: Rules = { createRun, decide }) {
    this.#ports = ports;
    this.#rules = rules;
  }

  /** Starts the run of a slot. The same slot again only looks after the run, should its first process have died. */
  async request(request: RunRequest): Promise<'started' | 'exists'> {
    const { store, clock } = this.#ports;
    const at = clock.now();
    const { run, commands } = this.#rules.createRun(request, at);
    // The active entry comes first: a run that no sweep knows of could be lost.
    await store.addActive(run.id, at);
    if ((await store.createRun(run)) === 'exists') {
      const existing = await this.#sweepOne({ id: run.id, at });
      // Looking after it may have moved it on, to where its next tick is all that would end it.
      if (existing !== undefined) requireTick(existing, existing.tick);
      return 'exists';
    }
    requireTick(await this.#carryOn(run.id, run, commands), run.tick);
    return 'started';
  }

  /** Hands an event to a run and carries out what follows. Returns the run, or undefined where there is none. */
  async deliver(id: RunId, event: RunEvent): Promise<Run | undefined> {
    const committed = await this.#commit(id, [event]);
    if (committed === undefined) return undefined;
    const run = await this.#carryOn(id, committed.run, committed.commands);
    if (event.type === 'tick') requireTick(run, committed.run.tick);
    return run;
  }

  /** Looks after every active run; the failures of some keep none from being looked after. */
  async sweep(): Promise<void> {
    const active = await this.#ports.store.listActive();
    await this.#each(active, 'swept', (entry) => this.#sweepOne(entry));
  }

  /** Hands an alarm to the runs that watch it. */
  async alarm(alarm: string, state: string, at: EpochMs): Promise<void> {
    const { store } = this.#ports;
    await this.#each(await store.runsWatching(alarm), `told of alarm ${alarm}`, async (id) => {
      const run = await this.deliver(id, { type: 'alarm', at, alarm, state });
      // Left behind by a process that died late: the next alarm need not concern it.
      if (run === undefined || run.phase === 'ended') await store.unwatchAlarms(id, [alarm]);
    });
  }

  /** Throws or releases the kill switch. Thrown, it stops every run at once; what it cannot reach stops at its next look. */
  async setKillSwitch(on: boolean): Promise<void> {
    const { store, clock } = this.#ports;
    const { generation } = await store.setKillSwitch(on);
    if (!on) return;
    const event = { type: 'kill-switch', at: clock.now(), on, generation } as const;
    await this.#each(await store.listActive(), 'stopped', ({ id }) => this.deliver(id, event));
  }

  /** One after the other would let one slow run keep all others waiting. */
  async #each<T>(runs: readonly T[], what: string, work: (run: T) => Promise<unknown>): Promise<void> {
    const results = await Promise.allSettled(runs.map(work));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} of ${runs.length} runs could not be ${what}`);
  }

  async #sweepOne(entry: { readonly id: RunId; readonly at: EpochMs }): Promise<Run | undefined> {
    const { store, clock } = this.#ports;
    const run = await this.deliver(entry.id, { type: 'sweep', at: clock.now() });
    const orphaned = run === undefined && clock.now() > entry.at + orphanMs;
    if (orphaned || (run !== undefined && isOver(run))) await store.removeActive(entry.id);
    return run;
  }

  /** Carries out commands and feeds their results back, until nothing is left to do now. */
  async #carryOn(id: RunId, run: Run, commands: readonly OutboxEntry[]): Promise<Run> {
    let current = run;
    let waiting = commands;
    for (let round = 0; round < maxRounds && waiting.length > 0; round += 1) {
      const urgent = waiting.filter((entry) => prompt.has(entry.command.type));
      const now = urgent.length > 0 ? urgent : waiting;
      const results = await Promise.all(now.map((entry) => this.#resultOf(current, entry)));
      const committed = await this.#commit(id, results);
      if (committed === undefined) throw new Error(`Run ${id} has vanished`);
      current = committed.run;
      const later = waiting.filter((entry) => !now.includes(entry) && isOutstanding(current, entry));
      waiting = [...later, ...committed.commands];
    }
    return current;
  }

  async #resultOf(run: Run, entry: OutboxEntry): Promise<RunEvent> {
    const result = await perform(this.#ports, run, entry);
    return { type: 'result', at: this.#ports.clock.now(), command: entry.id, result };
  }

  /** Loads, decides, saves; where somebody else saved first, all of it again. */
  async #commit(
    id: RunId,
    events: readonly RunEvent[],
  ): Promise<{ run: Run; commands: readonly OutboxEntry[] } | undefined> {
    const { store } = this.#ports;
    for (let attempt = 0; attempt < maxConflicts; attempt += 1) {
      const loaded = await store.loadRun(id);
      if (loaded === undefined) return undefined;
      const { run, commands } = this.#fold(loaded.run, events);
      if (run === loaded.run) return { run, commands: [] };
      if ((await store.saveRun(run, loaded.version)) === 'saved') return { run, commands };
    }
    throw new ContentionError(id, maxConflicts);
  }

  /** Several events in a row, as one decision. */
  #fold(start: Run, events: readonly RunEvent[]): { run: Run; commands: readonly OutboxEntry[] } {
    let run = start;
    const issued = new Map<number, OutboxEntry>();
    for (const event of events) {
      const decision = this.#rules.decide(run, event);
      run = decision.run;
      for (const entry of decision.commands) issued.set(entry.id, entry);
    }
    // What one event issued and a later one settled is not carried out.
    const wanted = new Set(run.outbox.map((entry) => entry.id));
    return { run, commands: [...issued.values()].filter((entry) => wanted.has(entry.id)) };
  }
}

/** Whoever delivered the event delivers it again, and so sends the next tick: no chain ends for a failed call. */
function requireTick(run: Run, { epoch, n }: { readonly epoch: number; readonly n: number }): void {
  const unsent = run.outbox.some(
    ({ command }) => command.type === 'schedule-tick' && command.epoch === epoch && command.n === n,
  );
  if (unsent) throw new TickLostError(run.id);
}

/** Somebody else may have carried it out meanwhile. */
function isOutstanding(run: Run, entry: OutboxEntry): boolean {
  return run.outbox.some((candidate) => candidate.id === entry.id);
}

function isOver(run: Run): boolean {
  return run.phase === 'ended' && run.outbox.length === 0 && run.audits.length === 0;
}
