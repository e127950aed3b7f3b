import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { DynamoDbRegistry } from '../adapters/dynamodb-registry.ts';
import { comingSlots, type PlannedSlot } from '../core/calendar/coming.ts';
import type { EpochMs, RunId } from '../core/ids.ts';
import { runIdOf } from '../core/run-id.ts';
import type { Phase } from '../core/run.ts';
import type { Registered } from '../registry/registry.ts';
import type { Controller } from './controller.ts';

/** A coming slot of something that is registered. */
export interface ComingSlot extends PlannedSlot {
  readonly what: 'experiment' | 'game day';
  readonly name: string;
  /** In which people think of it. */
  readonly timezone: string;
  /** The run that was made for it already, as it stands now; a person may have put its start off. */
  readonly run: { readonly id: RunId; readonly phase: Phase; readonly startAt: EpochMs } | null;
}

export interface Coming {
  readonly result: 'next';
  /** In the order of their times. */
  readonly slots: readonly ComingSlot[];
  /** What keeps every run from starting at the moment. */
  readonly notes: readonly string[];
}

/** The next slots of one experiment, or of all that is registered; `count` of them. */
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
  const slots = ('length' in registered ? registered : [registered])
    .flatMap((one) =>
      comingSlots(one.experiment, guardrails, now, count, { since: one.scheduledSince }).map((slot) =>
        lineOf(one, slot),
      ),
    )
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
    .slice(0, count);
  return {
    result: 'next',
    slots: await withRuns(controller, slots),
    notes: [
      ...(killSwitch.on ? ['The kill switch is on.'] : []),
      ...(guardrails.refusedHere === null ? [] : [guardrails.refusedHere]),
    ],
  };
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
