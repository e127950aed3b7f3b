import { createRun, type RunRequest } from '../core/create.ts';
import { decide } from '../core/decide.ts';
import type { RunEvent } from '../core/events.ts';
import type { EpochMs, RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { boundedStore } from './bounded-store.ts';
import { carryOn, type Progress } from './carry-on.ts';
import { commit, type Committed, type Loaded, type Rules } from './commit.ts';
import { each, requireAll } from './each.ts';
import { TickLostError } from './errors.ts';
import { perform } from './perform.ts';
import type { ActiveRun, Ports } from './ports.ts';
import { rememberedUndo } from './remembered-undo.ts';

/** An active entry without a run: its request died before the run was stored. */
const orphanMs = 60 * 60_000;
/** So many runs are swept together. */
const sweptTogether = 100;

/** The one place with the order load – decide – save – perform. */
export class Engine {
  readonly #ports: Ports;
  readonly #rules: Rules;

  constructor(ports: Ports, rules: Rules = { createRun, decide }) {
    this.#ports = { ...ports, store: rememberedUndo(boundedStore(ports.store, ports.clock)) };
    this.#rules = rules;
  }

  /**
   * Starts the run of a slot. The same slot again changes nothing: it only sees to it that the run's tick is on its
   * way, should the first process have died.
   */
  async request(request: RunRequest): Promise<'started' | 'exists'> {
    const { store, clock } = this.#ports;
    const at = clock.now();
    const { run, commands } = this.#rules.createRun(request, at);
    // The active entry comes first: a run that no sweep knows of could be lost.
    await store.addActive(run.id, at);
    if ((await store.createRun(run)) === 'exists') {
      await this.#sendTickAgain(run.id);
      return 'exists';
    }
    const committed = { run, version: 1, commands };
    requireTick(committed, await carryOn(this.#ports, this.#rules, committed));
    return 'started';
  }

  /** Hands an event to a run and carries out what follows. Returns the run, or undefined where there is none. */
  async deliver(id: RunId, event: RunEvent): Promise<Run | undefined> {
    const committed = await commit(this.#ports, this.#rules, id, [event]);
    if (committed === undefined) return undefined;
    const progress = await carryOn(this.#ports, this.#rules, committed);
    if (event.type === 'tick') requireTick(committed, progress, event);
    return progress.run;
  }

  /** Looks after every active run; the failures of some keep none from being looked after. */
  async sweep(): Promise<void> {
    const active = await this.#ports.store.listActive();
    const results: PromiseSettledResult<unknown>[] = [];
    for (let start = 0; start < active.length; start += sweptTogether) {
      const entries = active.slice(start, start + sweptTogether);
      const known = await this.#loadTogether(entries);
      results.push(...(await each(entries, (entry) => this.#sweepOne(entry, known.get(entry.id)))));
    }
    requireAll(results, 'swept');
  }

  /** Hands an alarm to the runs that watch it. */
  async alarm(alarm: string, state: string, at: EpochMs): Promise<void> {
    const { store } = this.#ports;
    await this.#tell(
      await store.runsWatching(alarm),
      { type: 'alarm', at, alarm, state },
      `told of alarm ${alarm}`,
      async (id, run) => {
        // Left behind by a process that died late: the next alarm need not concern it.
        if (run === undefined || run.phase === 'ended') await store.unwatchAlarms(id, [alarm]);
      },
    );
  }

  /**
   * Throws or releases the kill switch. Thrown, it stops every run at once; what it cannot reach stops at its next look. A release does nothing
   * where it was thrown after somebody had asked for that. Returns whether it is on.
   */
  async setKillSwitch(on: boolean, askedAt?: EpochMs): Promise<boolean> {
    const { store, clock } = this.#ports;
    const at = on ? clock.now() : (askedAt ?? Number.MAX_SAFE_INTEGER);
    const { generation, ...after } = await store.setKillSwitch(on, at);
    if (!on) return after.on;
    const active = await store.listActive();
    const event = { type: 'kill-switch', at: clock.now(), on, generation } as const;
    await this.#tell(
      active.map(({ id }) => id),
      event,
      'stopped',
    );
    return true;
  }

  /** Every decision is durable before the first of them is carried out: no run waits for what another one has to do. */
  async #tell(
    ids: readonly RunId[],
    event: RunEvent,
    what: string,
    afterwards: (id: RunId, run: Run | undefined) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const committed = await each(ids, async (id) => ({
      id,
      to: await commit(this.#ports, this.#rules, id, [event]),
    }));
    const carriedOut = await each(committed, async (one) => {
      if (one.status === 'rejected') throw one.reason;
      const { id, to } = one.value;
      const progress = to === undefined ? undefined : await carryOn(this.#ports, this.#rules, to);
      await afterwards(id, progress?.run);
    });
    requireAll(carriedOut, what);
  }

  async #loadTogether(entries: readonly ActiveRun[]): Promise<ReadonlyMap<RunId, Loaded>> {
    const ids = entries.map(({ id }) => id);
    const [loaded] = await Promise.allSettled([this.#ports.store.loadRuns(ids)]);
    // Where that fails each is loaded on its own, and tells what is wrong.
    if (loaded.status === 'rejected') return new Map();
    return new Map(loaded.value.map(({ run, version }) => [run.id, { run, version }]));
  }

  async #sweepOne(entry: ActiveRun, known: Loaded | undefined): Promise<void> {
    const { store, clock } = this.#ports;
    const event = { type: 'sweep', at: clock.now() } as const;
    const committed = await commit(this.#ports, this.#rules, entry.id, [event], known);
    const run =
      committed === undefined ? undefined : (await carryOn(this.#ports, this.#rules, committed)).run;
    const orphaned = run === undefined && clock.now() > entry.at + orphanMs;
    if (orphaned || (run !== undefined && isOver(run))) await store.removeActive(entry.id);
  }

  async #sendTickAgain(id: RunId): Promise<void> {
    const run = (await this.#ports.store.loadRun(id))?.run;
    const unsure = run === undefined ? undefined : expectedTick(run);
    if (run === undefined || unsure === undefined) return;
    const { type } = await perform(this.#ports, run, unsure);
    if (type === 'failed') throw new TickLostError(id);
  }
}

/** The command that sends the tick which the run expects, as long as nobody knows that it was sent. */
function expectedTick({ outbox, tick }: Run): Run['outbox'][number] | undefined {
  return outbox.find(
    ({ command }) => command.type === 'schedule-tick' && command.epoch === tick.epoch && command.n === tick.n,
  );
}

/**
 * Whoever delivered the event delivers it again, and so sends the next tick: no chain ends for a failed call. A tick
 * that is delivered twice at once must not count as done either while the other delivery may still fail.
 */
function requireTick(
  { run: { tick }, commands }: Committed,
  { run, sent }: Progress,
  event?: { readonly epoch: number; readonly n: number },
): void {
  const unsure = expectedTick({ ...run, tick });
  if (unsure === undefined || sent.has(unsure.id)) return;
  const ours = commands.some(({ id }) => id === unsure.id);
  const sentByOurTwin = event?.epoch === tick.epoch && event.n === tick.n - 1;
  if (ours || sentByOurTwin) throw new TickLostError(run.id);
}

function isOver(run: Run): boolean {
  return run.phase === 'ended' && run.outbox.length === 0 && run.audits.length === 0;
}
