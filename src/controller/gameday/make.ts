import { readGuardrails } from '../../adapters/dynamodb-guardrails.ts';
import { experimentsOfGameDay } from '../../core/gameday/definition.ts';
import { sessionIdOf } from '../../core/gameday/session-id.ts';
import type { SessionSlot } from '../../core/gameday/session.ts';
import { spanOf } from '../../core/gameday/window.ts';
import type { EpochMs, SessionId } from '../../core/ids.ts';
import type { RegisteredGameDay } from '../../registry/gamedays.ts';
import type { Controller } from '../controller.ts';
import type { Sessions } from './sessions.ts';

const minuteMs = 60_000;
/** A session is made at least so long before its start. */
const leastLeadMs = 10 * minuteMs;
/** One that could not begin for so long after its start does not begin any more. */
const maxLateMs = 15 * minuteMs;
/** Longer than the function that starts a run may take. */
const startLeaseMs = 90_000;

/** Makes the session of a slot, once however often it is asked for. */
export async function makeSession(
  controller: Controller,
  sessions: Sessions,
  registered: RegisteredGameDay,
  slot: SessionSlot,
  by: string,
): Promise<{ readonly result: 'made' | 'exists'; readonly id: SessionId }> {
  const { gameDay, version, registeredBy } = registered;
  const id = sessionIdOf(gameDay.name, slot);
  const [guardrails, lengths, killSwitch] = await Promise.all([
    readGuardrails(controller.control, controller.environment.stage),
    sessions.lengths(experimentsOfGameDay(gameDay)),
    controller.store.readKillSwitch(),
  ]);
  await sessions.gameDays.addSession(gameDay.name, { id, at: slot.at });
  const result = await sessions.engine.request({
    id,
    gameDay,
    version,
    slot,
    requestedBy: by,
    registeredBy,
    settings: {
      stage: controller.environment.stage,
      approvalRequired: guardrails.approval.required,
      approvalMs: guardrails.approval.expiresAfterMs,
      maxLateMs,
      startLeaseMs,
    },
    startAt: slot.at,
    endsAt: spanOf(gameDay)?.endsAt ?? null,
    killSwitchGeneration: killSwitch.generation,
    lengths,
  });
  return { result, id };
}

/** Makes the sessions of registered game days whose greatest lead has come: they are announced, and people may approve. */
export async function makeDueSessions(controller: Controller, sessions: Sessions): Promise<void> {
  const at = controller.ports.clock.now();
  const [gameDays, guardrails, killSwitch] = await Promise.all([
    sessions.gameDays.list(),
    readGuardrails(controller.control, controller.environment.stage),
    controller.store.readKillSwitch(),
  ]);
  const approvalMs = guardrails.approval.required ? guardrails.approval.expiresAfterMs : 0;
  const due = gameDays.flatMap((registered) => {
    const span = spanOf(registered.gameDay);
    if (span === null || at >= span.endsAt) return [];
    const leadMs = Math.max(leastLeadMs, approvalMs, ...(registered.gameDay.announce ?? []));
    if (at < span.startAt - leadMs) return [];
    // Released before the start, the kill switch costs nobody a game day.
    return killSwitch.on && at < span.startAt ? [] : [{ registered, slot: scheduledSlot(span.startAt) }];
  });
  const results = await Promise.allSettled(
    due.map(async ({ registered, slot }) => {
      const known = await sessions.store.loadSession(sessionIdOf(registered.name, slot));
      if (known === undefined) await makeSession(controller, sessions, registered, slot, 'its schedule');
    }),
  );
  const failures = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} of ${due.length} sessions could not be made`);
}

export function scheduledSlot(startAt: EpochMs): SessionSlot {
  return { kind: 'scheduled', id: new Date(startAt).toISOString(), at: startAt };
}
