import { DynamoDbGameDays } from '../adapters/dynamodb-gamedays.ts';
import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { DynamoDbRegistry } from '../adapters/dynamodb-registry.ts';
import { DynamoDbSessions } from '../adapters/dynamodb-sessions.ts';
import { comingSlots, type PlannedSlot } from '../core/calendar/coming.ts';
import { openFor } from '../core/calendar/open.ts';
import { windowRules } from '../core/calendar/windows.ts';
import { sessionIdOf } from '../core/gameday/session-id.ts';
import type { SessionPhase } from '../core/gameday/session.ts';
import { spanOf } from '../core/gameday/window.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { EpochMs, RunId, SessionId } from '../core/ids.ts';
import { runIdOf } from '../core/run-id.ts';
import type { Phase } from '../core/run.ts';
import type { RegisteredGameDay } from '../registry/gamedays.ts';
import type { Registered } from '../registry/registry.ts';
import type { Controller } from './controller.ts';

/** A coming slot of something that is registered. */
export interface ComingSlot extends PlannedSlot {
  readonly what: 'experiment' | 'game day';
  readonly name: string;
  /** In which people think of it. */
  readonly timezone: string;
  /** The run or session that was made for it already, as it stands now; a person may have put its start off. */
  readonly run: {
    readonly id: RunId | SessionId;
    readonly phase: Phase | SessionPhase;
    readonly startAt: EpochMs;
  } | null;
}

export interface Coming {
  readonly result: 'next';
  /** In the order of their times. */
  readonly slots: readonly ComingSlot[];
  /** What keeps every run from starting at the moment. */
  readonly notes: readonly string[];
}

/** The next slots of one experiment, or of all that is registered, game days as well; `count` of them. */
export async function comingOf(
  controller: Controller,
  { experiment, count }: { readonly experiment?: string; readonly count: number },
): Promise<Coming | { readonly result: 'unknown-experiment'; readonly experiment: string }> {
  const { control, store, environment, ports } = controller;
  const registry = new DynamoDbRegistry(control);
  const [guardrails, killSwitch, registered] = await Promise.all([
    readGuardrails(control, environment.stage),
    store.readKillSwitch(),
    experiment === undefined ? registry.list() : registry.get(experiment),
  ]);
  if (registered === undefined)
    return { result: 'unknown-experiment', experiment: experiment ?? 'of that name' };
  const now = ports.clock.now();
  const experiments = 'length' in registered ? registered : [registered];
  const slots = firstOf(
    count,
    experiments.flatMap((one) =>
      comingSlots(one.experiment, guardrails, now, count, { since: one.scheduledSince }).map((slot) =>
        lineOf(one, slot),
      ),
    ),
  );
  const gameDays = experiment === undefined ? await comingGameDays(controller, guardrails, now) : [];
  return {
    result: 'next',
    slots: firstOf(count, [...(await withRuns(controller, slots)), ...gameDays]),
    notes: [
      ...(killSwitch.on ? ['The kill switch is on.'] : []),
      ...(guardrails.refusedHere === null ? [] : [guardrails.refusedHere]),
    ],
  };
}

function firstOf<T extends { readonly at: EpochMs; readonly name: string }>(
  count: number,
  slots: readonly T[],
): readonly T[] {
  return [...slots].sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).slice(0, count);
}

function lineOf({ name, experiment }: Registered, slot: PlannedSlot): Omit<ComingSlot, 'run'> {
  return { ...slot, what: 'experiment', name, timezone: experiment.schedule?.timezone ?? 'UTC' };
}

async function withRuns(
  { store }: Controller,
  slots: readonly Omit<ComingSlot, 'run'>[],
): Promise<readonly ComingSlot[]> {
  const idOf = ({ name, at }: Omit<ComingSlot, 'run'>): RunId =>
    runIdOf(name, { kind: 'scheduled', id: new Date(at).toISOString() });
  const runs = new Map((await store.loadRuns(slots.map(idOf))).map(({ run }) => [run.id, run]));
  return slots.map((slot) => {
    const run = runs.get(idOf(slot));
    return {
      ...slot,
      run: run === undefined ? null : { id: run.id, phase: run.phase, startAt: run.startAt },
    };
  });
}

/** Those with a window that has yet to begin, each with its session where that has been made. */
async function comingGameDays(
  { control }: Controller,
  guardrails: Guardrails,
  now: EpochMs,
): Promise<readonly ComingSlot[]> {
  const sessions = new DynamoDbSessions(control);
  const registered = await new DynamoDbGameDays(control).list();
  const coming = await Promise.all(
    registered.map(async (one): Promise<ComingSlot | null> => {
      const span = spanOf(one.gameDay);
      if (span === null || span.startAt <= now) return null;
      const id = sessionIdOf(one.name, { id: new Date(span.startAt).toISOString() });
      const session = (await sessions.loadSession(id))?.session;
      return {
        ...gameDayLineOf(one, guardrails, span),
        run: session === undefined ? null : { id, phase: session.phase, startAt: session.startAt },
      };
    }),
  );
  return coming.filter((one) => one !== null);
}

/** Where the guardrails are closed in any part of its window, they refuse the runs that would be under way then. */
function gameDayLineOf(
  { name, gameDay: { window } }: RegisteredGameDay,
  guardrails: Guardrails,
  { startAt, endsAt }: { readonly startAt: EpochMs; readonly endsAt: EpochMs },
): Omit<ComingSlot, 'run'> {
  const rules = windowRules(guardrails, window === undefined ? null : [window]);
  const open = openFor(rules, startAt, endsAt);
  return {
    what: 'game day',
    name,
    timezone: window?.timezone ?? guardrails.timezone,
    at: startAt,
    startAt,
    skipped: open.open ? null : { code: open.code, reason: open.reason },
  };
}
