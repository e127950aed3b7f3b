import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { DynamoDbRegistry } from '../adapters/dynamodb-registry.ts';
import { DynamoDbSchedules, type PlannedExperiment } from '../adapters/dynamodb-schedules.ts';
import { comingSlots, type PlannedSlot } from '../core/calendar/coming.ts';
import { slotsBetween } from '../core/calendar/slots.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { EpochMs } from '../core/ids.ts';
import { each } from '../engine/each.ts';
import type { Experiment } from '../generated/types.ts';
import type { Registered } from '../registry/registry.ts';
import type { Controller } from './controller.ts';
import { startRun } from './start.ts';

/** People have so long at least to approve a run. */
const approvalLeadMs = 24 * 60 * 60_000;
/** So many slots of one experiment are looked at in one minute; the others in the next ones. */
const slotsAtOnce = 50;
/** No further ahead than so many slots, however early people are told: a run that waits is looked after each minute. */
const slotsAhead = 100;
/** So many experiments are looked at in one minute. */
const experimentsAtOnce = 100;
/** Where nothing is to be made ahead, it is looked at again when its file or the guardrails change. */
const never = 8.64e15;

/**
 * Makes the runs of scheduled experiments before their slots come, where they are announced or need an approval: people
 * hear of them, approve, put off and stop them like any other, and the slot's own message finds them made. To be called
 * each minute; what one call does is bounded, and repeating it changes nothing.
 */
export async function planAhead(controller: Controller, now: EpochMs): Promise<void> {
  const { control, environment, store } = controller;
  const [guardrails, killSwitch] = await Promise.all([
    readGuardrails(control, environment.stage),
    store.readKillSwitch(),
  ]);
  // Made now, a run would be refused for good; the slot itself may find that allowed again.
  if (killSwitch.on || guardrails.refusedHere !== null) return;
  const planned = await new DynamoDbSchedules(control).planned();
  const due = planned
    .filter((one) => one.lookAt <= now || one.guardrails !== guardrails.version)
    .sort((a, b) => a.lookAt - b.lookAt)
    .slice(0, experimentsAtOnce);
  const results = await each(due, (one) => lookAt(controller, guardrails, one, now));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `${failures.length} of ${due.length} experiments could not be planned`,
    );
}

/** How long before a slot its run is made; 0 where that is left to the slot itself. */
export function leadOf(
  { announce }: Pick<Experiment, 'announce'>,
  { approval }: Pick<Guardrails, 'approval'>,
): number {
  return Math.max(0, ...(announce ?? []), approval.required ? approvalLeadMs : 0);
}

async function lookAt(
  controller: Controller,
  guardrails: Guardrails,
  before: PlannedExperiment,
  now: EpochMs,
): Promise<void> {
  const schedules = new DynamoDbSchedules(controller.control);
  const registered = await new DynamoDbRegistry(controller.control).get(before.name);
  if (registered?.experiment.schedule === undefined) return schedules.drop(before);
  // Under other guardrails other slots are open.
  const lookedTo = before.guardrails === guardrails.version ? Math.max(before.lookedTo, now) : now;
  const leadMs = leadOf(registered.experiment, guardrails);
  const { make, next } = slotsToMake(registered, guardrails, { now, after: lookedTo, leadMs });
  for (const slot of make) await makeRun(controller, registered, slot);
  await schedules.looked(before, { ...next, guardrails: guardrails.version });
}

interface Looked {
  readonly make: readonly PlannedSlot[];
  readonly next: { readonly lookAt: EpochMs; readonly lookedTo: EpochMs };
}

/** Which slots are near enough for their runs to be made, and when to look again. */
export function slotsToMake(
  { experiment, scheduledSince }: Pick<Registered, 'experiment' | 'scheduledSince'>,
  guardrails: Guardrails,
  { now, after, leadMs }: { readonly now: EpochMs; readonly after: EpochMs; readonly leadMs: number },
): Looked {
  const { schedule } = experiment;
  if (leadMs === 0 || schedule === undefined) return { make: [], next: { lookAt: never, lookedTo: after } };
  const options = { since: scheduledSince };
  const ahead = slotsBetween(schedule, now, after + 1, slotsAhead, options);
  const count = Math.min(slotsAtOnce, slotsAhead - ahead);
  const slots = comingSlots(experiment, guardrails, after, count, options);
  const near = slots.filter(({ at }) => at - leadMs <= now);
  const make = near.filter(({ skipped }) => skipped === null);
  const lookedTo = near.at(-1)?.at ?? after;
  const following = slots[near.length];
  if (following !== undefined) return { make, next: { lookAt: following.at - leadMs, lookedTo } };
  return { make, next: { lookAt: slots.length < count ? never : now, lookedTo } };
}

/** Exactly as the slot's own message will ask for it: the same run. */
async function makeRun(controller: Controller, { name }: Registered, { at }: PlannedSlot): Promise<void> {
  await startRun(controller, {
    experiment: name,
    slot: { kind: 'scheduled', id: new Date(at).toISOString(), at },
    by: 'its schedule',
    delayMs: 0,
    replayed: false,
    ahead: true,
  });
}
