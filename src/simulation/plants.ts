import type { MemoryStore } from '../adapters/memory-store.ts';
import type { Command, OutboxEntry } from '../core/commands.ts';
import { createRun } from '../core/create.ts';
import { decide } from '../core/decide.ts';
import type { Decision } from '../core/draft.ts';
import type { RunEvent } from '../core/events.ts';
import type { Run, Unit } from '../core/run.ts';
import type { Json, Ports, Store, StoredRun } from '../engine/ports.ts';
import type { Plant } from './plant.ts';

/** The store with some of its methods replaced. */
function changed<T extends object>(truth: T, replaced: Partial<T>): T {
  return new Proxy(truth, {
    get(inner, name) {
      const own: unknown = Reflect.get(replaced, name);
      if (own !== undefined) return own;
      const method: unknown = Reflect.get(inner, name);
      return typeof method === 'function' ? (method.bind(inner) as unknown) : method;
    },
  });
}

function storePlant(name: string, bug: string, replaced: (truth: MemoryStore) => Partial<Store>): Plant {
  return { name, bug, store: (truth) => changed<Store>(truth, replaced(truth)) };
}

function decidePlant(
  name: string,
  bug: string,
  wrong: (run: Run, event: RunEvent, right: typeof decide) => Decision,
): Plant {
  return { name, bug, rules: { createRun, decide: (run, event) => wrong(run, event, decide) } };
}

function withUnits(decision: Decision, change: (unit: Unit) => Unit): Decision {
  return { ...decision, run: { ...decision.run, units: decision.run.units.map(change) } };
}

/** The decision with one command more, in the outbox and handed out. */
function withCommand(decision: Decision, command: Command, at: number): Decision {
  const id = decision.run.nextCommandId;
  const entry: OutboxEntry = { id, schema: 1, command, issuedAt: at, attempts: 1, retryAt: at + 15_000 };
  const run = { ...decision.run, nextCommandId: id + 1, outbox: [...decision.run.outbox, entry] };
  return { ...decision, run, commands: [...decision.commands, entry], changed: true };
}

/** Bugs as careful people write them. Each breaks a promise, and only in some histories. */
export const plants: readonly Plant[] = [
  storePlant('no-undo-write', 'The undo record is kept in memory and never written', () => {
    const memory = new Map<string, Json>();
    return {
      putUndo: async (id, unit, undo) => {
        memory.set(`${id} ${unit}`, undo);
        return undo;
      },
      readUndo: async (id, unit) => memory.get(`${id} ${unit}`),
    };
  }),
  storePlant('undo-overwritten', 'A retried capture replaces the undo record', (truth) => ({
    putUndo: async (id, unit, undo) => {
      truth.undo.set(`${id} ${unit}`, undo);
      return undo;
    },
  })),
  decidePlant(
    'no-second-revert',
    'An apply of unknown outcome is reverted at once, but not again after its lease',
    (run, event, right) =>
      withUnits(right(run, event), (unit) =>
        unit.state.at === 'reverting' ? { ...unit, state: { ...unit.state, applyMayLandUntil: null } } : unit,
      ),
  ),
  storePlant('version-ignored', 'A run is saved over whatever was saved meanwhile', (truth) => ({
    saveRun: async (run) => truth.saveRun(run, truth.runs.get(run.id)?.version ?? 0),
  })),
  decidePlant(
    'lock-freed-early',
    'Locks are freed when reverting begins, not when it has ended',
    (run, event, right) => {
      const decision = right(run, event);
      const begins = run.phase !== 'reverting' && decision.run.phase === 'reverting';
      const resources = decision.run.units.map((unit) => unit.resource);
      return begins ? withCommand(decision, { type: 'unlock', resources }, event.at) : decision;
    },
  ),
  {
    name: 'late-dose-accepted',
    bug: 'A dose is written whatever stands there',
    functions: (truth) =>
      changed(truth, {
        writeDose: async (dose) => {
          truth.doses.set(dose.function, {
            epoch: dose.epoch,
            expiresAt: dose.expiresAt,
            cleared: false,
            dose,
          });
          return true;
        },
      }),
  },
  storePlant('lease-ignored', 'Every effect gets the lease it asks for', () => ({
    takeLease: async () => true,
  })),
  storePlant('slot-marker-lost', 'A second request for a slot begins its run again', (truth) => ({
    createRun: async (run) => {
      truth.runs.set(run.id, { run, version: (truth.runs.get(run.id)?.version ?? 0) + 1 });
      return 'created';
    },
  })),
  {
    name: 'kill-switch-read-early',
    bug: 'What stops a run is read before it is stored as injecting, not after',
    ports: (ports: Ports): Ports => {
      let early: StoredRun['killSwitch'] | undefined;
      const store = changed(ports.store, {
        loadRun: async (id) => {
          const loaded = await ports.store.loadRun(id);
          early ??= loaded?.killSwitch;
          return loaded;
        },
        // What was read with the run is used again right before the apply.
        readKillSwitch: () => (early === undefined ? ports.store.readKillSwitch() : Promise.resolve(early)),
      });
      return { ...ports, store };
    },
  },
  decidePlant(
    'tick-chain-doubled',
    'Every tick that arrives acts and sends the next one',
    (run, event, right) => right(run, event.type === 'tick' ? { ...event, ...run.tick } : event),
  ),
  decidePlant(
    'revert-without-read-back',
    'A revert that succeeded counts without a second look',
    (run, event, right) =>
      withUnits(right(run, event), (unit) =>
        unit.state.at === 'reverting' && unit.state.cleanSince !== null
          ? { ...unit, state: { at: 'reverted', since: event.at, how: 'restored' } }
          : unit,
      ),
  ),
  decidePlant(
    'apply-retried',
    'An apply without a result is sent again by the next tick',
    (run, event, right) => {
      const decision = right(run, event);
      if (event.type !== 'tick' && event.type !== 'sweep') return decision;
      const again = decision.run.outbox.filter(
        (entry) => entry.command.type === 'apply' && !decision.commands.some(({ id }) => id === entry.id),
      );
      return { ...decision, commands: [...decision.commands, ...again] };
    },
  ),
  storePlant('lock-epoch-reset', 'A lock is deleted when it is freed, and its epoch with it', (truth) => ({
    unlock: async (resource, owner) => {
      if (truth.locks.get(resource)?.owner === owner) truth.locks.delete(resource);
    },
  })),
  storePlant('cooldown-forgotten', 'A freed lock forgets when its resource was left', (truth) => ({
    unlock: (resource, owner) => truth.unlock(resource, owner, null),
  })),
  {
    name: 'starts-too-early',
    bug: 'A run that waits for its start takes a minute too much for over',
    rules: {
      createRun,
      decide: (run, event) =>
        decide(
          run,
          event.type === 'tick' && run.phase === 'announced' ? { ...event, at: event.at + 60_000 } : event,
        ),
    },
  },
  {
    name: 'abort-not-looked-at',
    bug: 'Right before an apply the run is taken from memory, not from the table',
    ports: (ports: Ports): Ports => {
      const known = new Map<string, Promise<StoredRun | undefined>>();
      let applying = false;
      const store = changed(ports.store, {
        takeLease: (resource, lease) => {
          applying = lease.kind === 'apply';
          return ports.store.takeLease(resource, lease);
        },
        loadRun: (id) => {
          const before = known.get(id);
          if (applying && before !== undefined) return before;
          const loaded = ports.store.loadRun(id);
          known.set(id, loaded);
          return loaded;
        },
      });
      return { ...ports, store };
    },
  },
  {
    name: 'opt-in-ignored',
    bug: 'The opt-in tag is taken for granted',
    ports: (ports: Ports): Ports => ({
      ...ports,
      facts: async (run, signal) => {
        const facts = await ports.facts(run, signal);
        return { ...facts, targets: facts.targets.map((target) => ({ ...target, optedIn: true })) };
      },
    }),
  },
  decidePlant(
    'publication-dropped',
    'A change of phase that could not be published counts as published',
    (run, event, right) =>
      right(
        run,
        event.type === 'result' && event.result.type === 'failed' && isTelling(run, event.command)
          ? { ...event, result: { type: 'done' } }
          : event,
      ),
  ),
  {
    name: 'drift-overwritten',
    bug: 'A revert restores the captured value whatever stands there',
    driver: (driver) => ({
      name: driver.name,
      plan: (...args) => driver.plan(...args),
      capture: (context) => driver.capture(context),
      apply: (context) => driver.apply(context),
      revert: (context) => driver.revert(context),
      readBack: async (context) => {
        const { read, detail } = await driver.readBack(context);
        return { read: read === 'drift' ? 'ours' : read, detail };
      },
    }),
  },
  decidePlant(
    'dead-man-too-early',
    'The dead-man is armed for the planned end, when an apply may still land',
    (run, event, right) => {
      const decision = right(run, event);
      const early = (entry: OutboxEntry): OutboxEntry =>
        entry.command.type === 'arm-dead-man'
          ? {
              ...entry,
              command: { ...entry.command, at: decision.run.injection?.endsAt ?? entry.command.at },
            }
          : entry;
      return {
        ...decision,
        run: { ...decision.run, outbox: decision.run.outbox.map(early) },
        commands: decision.commands.map(early),
      };
    },
  ),
  storePlant(
    'look-over-abort',
    'What a tick saw is saved over an abort that came while it looked',
    (truth) => ({
      saveRun: async (run, version) => {
        const looked = run.phase === 'observing' && run.tick.n > 0;
        return truth.saveRun(run, looked ? (truth.runs.get(run.id)?.version ?? 0) : version);
      },
    }),
  ),
  decidePlant(
    'journal-forgotten',
    'Entries of the journal are forgotten when they are handed to be written, not when they are',
    (run, event, right) => {
      const decision = right(run, event);
      const through = decision.commands.map(({ command }) =>
        command.type === 'journal' ? command.through : 0,
      );
      const unwritten = decision.run.unwritten.filter(({ seq }) => seq > Math.max(0, ...through));
      return { ...decision, run: { ...decision.run, unwritten } };
    },
  ),
  decidePlant(
    'reopened-without-dead-man',
    'A run that is opened again has no dead-man any more',
    (run, event, right) => {
      const decision = right(run, event);
      const reopened = run.phase === 'ended' && decision.run.phase === 'reverting';
      const kept = ({ command }: OutboxEntry): boolean => command.type !== 'arm-dead-man';
      return reopened
        ? {
            ...decision,
            run: { ...decision.run, outbox: decision.run.outbox.filter(kept) },
            commands: decision.commands.filter(kept),
          }
        : decision;
    },
  ),
  decidePlant(
    'tick-not-resent',
    'A tick that is delivered again does nothing, though the next one may never have been sent',
    (run, event, right) =>
      event.type === 'tick' && (event.epoch !== run.tick.epoch || event.n !== run.tick.n)
        ? { run, commands: [], reasons: [], changed: false }
        : right(run, event),
  ),
  storePlant('run-not-counted', 'A run is not marked before it counts the others', () => ({
    setUnderWay: () => Promise.resolve(),
  })),
  decidePlant(
    'undo-expires-early',
    'Undo records may go at the end of a run, though its resources are still to be read again',
    (run, event, right) => {
      const decision = right(run, event);
      const ends = run.phase === 'recovering' && decision.run.phase === 'ended';
      const units = decision.run.units.map((unit) => unit.id);
      return ends ? withCommand(decision, { type: 'expire-undo', units }, event.at) : decision;
    },
  ),
  storePlant(
    'active-entry-late',
    'A run is stored before its active entry, which is lost with the process',
    () => ({
      addActive: () => Promise.resolve(),
    }),
  ),
  decidePlant(
    'before-not-looked-at',
    'What was broken before the fault does not refuse the run',
    (run, event, right) => {
      if (event.type !== 'result' || event.result.type !== 'facts') return right(run, event);
      const { facts } = event.result;
      const checks = facts.checks.map((check) => ({ ...check, state: 'kept' as const }));
      return right(run, { ...event, result: { type: 'facts', facts: { ...facts, checks } } });
    },
  ),
  decidePlant(
    'deviation-noted-only',
    'A signal that breaks under the fault is noted, and the run goes on',
    (run, event, right) => {
      const { abort, ...rest } = run.experiment;
      const lax = { ...rest, abort: { ...abort, onDeviation: false } };
      const decision = right({ ...run, experiment: lax }, event);
      return { ...decision, run: { ...decision.run, experiment: run.experiment } };
    },
  ),
  decidePlant('after-forgotten', 'What must hold after the fault is not waited for', (run, event, right) => {
    const checks = run.checks.map((check) => ({ ...check, when: ['before', 'during'] as const }));
    const decision = right({ ...run, checks }, event);
    const when = run.checks[0]?.when ?? [];
    return {
      ...decision,
      run: { ...decision.run, checks: decision.run.checks.map((check) => ({ ...check, when })) },
    };
  }),
];

function isTelling(run: Run, id: number): boolean {
  return commandOf(run, id)?.type === 'publish';
}

function commandOf(run: Run, id: number): Command | undefined {
  return run.outbox.find((entry) => entry.id === id)?.command;
}
