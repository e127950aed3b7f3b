import { DynamoDbSchedules } from '../adapters/dynamodb-schedules.ts';
import { type PlannedSlot, plannedSlot } from '../core/calendar/coming.ts';
import { slotsBetween } from '../core/calendar/slots.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Registered } from '../registry/registry.ts';
import type { Controller } from './controller.ts';

/** When the run of a slot will start, or why it would not. */
export function slotToCome(
  guardrails: Guardrails,
  { experiment }: Pick<Registered, 'experiment'>,
  at: EpochMs,
): PlannedSlot {
  return plannedSlot(experiment, guardrails, at);
}

/** When the run of a slot that has come starts, or why it does not; counted once, however often it comes. */
export async function slotThatCame(
  controller: Controller,
  guardrails: Guardrails,
  registered: Registered,
  at: EpochMs,
): Promise<PlannedSlot> {
  const planned = plannedSlot(registered.experiment, guardrails, at);
  await countSlot(controller, registered, planned);
  return planned;
}

/** More are not told apart: a count of missed slots that is this high says enough. */
const mostMissed = 1000;

/** Keeps count of the slots that never came, since the one before, and of those that are passed over. */
async function countSlot(
  { control }: Controller,
  { name, experiment, scheduledSince }: Registered,
  { at, skipped }: PlannedSlot,
): Promise<void> {
  const { schedule } = experiment;
  if (schedule === undefined) return;
  await new DynamoDbSchedules(control).came(name, at, (before) => {
    const from = Math.max(before?.last ?? 0, scheduledSince);
    const missed = slotsBetween(schedule, from, at, mostMissed, { since: scheduledSince });
    return {
      missed: (before?.missed ?? 0) + missed,
      skipped: (before?.skipped ?? 0) + (skipped === null ? 0 : 1),
      lastSkipped: skipped === null ? (before?.lastSkipped ?? null) : { at, reason: skipped.reason },
    };
  });
}
