import { DynamoDbSchedules } from '../adapters/dynamodb-schedules.ts';
import { type PlannedSlot, plannedSlot } from '../core/calendar/coming.ts';
import { slotsBetween } from '../core/calendar/slots.ts';
import type { Guardrails } from '../core/guardrails.ts';
import type { Registered } from '../registry/registry.ts';
import type { StartRequest } from '../triggers/start-request.ts';
import type { Controller } from './controller.ts';

/** When the run of a schedule's slot starts, or why it does not; null for a run that no schedule asks for. */
export function planOf(
  guardrails: Guardrails,
  { experiment }: Registered,
  { slot }: StartRequest,
): PlannedSlot | null {
  return slot.kind === 'scheduled' ? plannedSlot(experiment, guardrails, slot.at) : null;
}

/** More are not told apart: a count of missed slots that is this high says enough. */
const mostMissed = 1000;

/** Keeps count of the slots that never came, since the one before, and of those that are passed over. */
export async function countSlot(
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
