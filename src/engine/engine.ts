import type { OutboxEntry } from '../core/commands.ts';
import { createRun, type RunRequest } from '../core/create.ts';
import { decide } from '../core/decide.ts';
import type { RunEvent } from '../core/events.ts';
import type { EpochMs, RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { ContentionError } from './errors.ts';
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
  'schedule-tick',
] as const);

/** The one place with the order load – decide – save – perform. */
export class Engine {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Starts the run of a slot. The same slot again changes nothing. */
  async request(request: RunRequest): Promise<'started' | 'exists'> {
    const { store, clock } = this.#ports;
    const { run, commands } = createRun(request, clock.now());
    // The active entry comes first: a run that no sweep knows of could be lost.
    await store.addActive(run.id, clock.now());
    if ((await store.createRun(run)) === 'exists') return 'exists';
    await this.#carryOn(run.id, run, commands);
    return 'started';
  }

  /** Hands an event to a run and carries out what follows. Returns the run, or undefined where there is none. */
  async deliver(id: RunId, event: RunEvent): Promise<Run | undefined> {
    const committed = await this.#commit(id, [event]);
    return committed === undefined ? undefined : this.#carryOn(id, committed.run, committed.commands);
  }

  /** Looks after every active run; the failures of some keep none from being looked after. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#ports;
    const active = await store.listActive();
    const results = await Promise.allSettled(active.map((entry) => this.#sweepOne(entry)));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        `${failures.length} of ${active.length} runs could not be swept at ${clock.now()}`,
      );
  }

  /** Hands an alarm to the runs that watch it. */
  async alarm(alarm: string, state: string, at: EpochMs): Promise<void> {
    const runs = await this.#ports.store.runsWatching(alarm);
    const results = await Promise.allSettled(
      runs.map((id) => this.deliver(id, { type: 'alarm', at, alarm, state })),
    );
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        `Alarm ${alarm} could not be handed to ${failures.length} of ${runs.length} runs`,
      );
  }

  async #sweepOne(entry: { readonly id: RunId; readonly at: EpochMs }): Promise<void> {
    const { store, clock } = this.#ports;
    const run = await this.deliver(entry.id, { type: 'sweep', at: clock.now() });
    const orphaned = run === undefined && clock.now() > entry.at + orphanMs;
    if (orphaned || (run !== undefined && isOver(run))) await store.removeActive(entry.id);
  }

  /** Carries out commands and feeds their results back, until nothing is left to do now. */
  async #carryOn(id: RunId, run: Run, commands: readonly OutboxEntry[]): Promise<Run> {
    let current = run;
    let waiting = commands;
    for (let round = 0; round < maxRounds && waiting.length > 0; round += 1) {
      const urgent = waiting.filter((entry) => prompt.has(entry.command.type));
      const now = urgent.length > 0 ? urgent : waiting;
      const later = waiting.filter((entry) => !now.includes(entry));
      const results = await Promise.all(now.map((entry) => this.#resultOf(current, entry)));
      const committed = await this.#commit(id, results);
      if (committed === undefined) throw new Error(`Run ${id} has vanished`);
      current = committed.run;
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
      const { run, commands } = fold(loaded.run, events);
      if (run === loaded.run) return { run, commands: [] };
      if ((await store.saveRun(run, loaded.version)) === 'saved') return { run, commands };
    }
    throw new ContentionError(id, maxConflicts);
  }
}

/** Several events in a row, as one decision. */
function fold(start: Run, events: readonly RunEvent[]): { run: Run; commands: readonly OutboxEntry[] } {
  let run = start;
  const issued = new Map<number, OutboxEntry>();
  for (const event of events) {
    const decision = decide(run, event);
    run = decision.run;
    for (const entry of decision.commands) issued.set(entry.id, entry);
  }
  // What one event issued and a later one settled is not carried out.
  const wanted = new Set(run.outbox.map((entry) => entry.id));
  return { run, commands: [...issued.values()].filter((entry) => wanted.has(entry.id)) };
}

function isOver(run: Run): boolean {
  return run.phase === 'ended' && run.outbox.length === 0 && run.audits.length === 0;
}
