import { DynamoDbGameDays } from '../../adapters/dynamodb-gamedays.ts';
import { DynamoDbRegistry } from '../../adapters/dynamodb-registry.ts';
import { DynamoDbSessions } from '../../adapters/dynamodb-sessions.ts';
import { lengthOf } from '../../core/calendar/coming.ts';
import { gameDaySlotId } from '../../core/gameday/session-id.ts';
import type { Session } from '../../core/gameday/session.ts';
import { boundedStore } from '../../engine/bounded-store.ts';
import { SessionEngine } from '../../engine/gameday/engine.ts';
import type { SessionPorts, SessionStart } from '../../engine/gameday/ports.ts';
import type { Controller } from '../controller.ts';
import { startRun } from '../start.ts';

/** The sessions of game days, over AWS. */
export interface Sessions {
  readonly engine: SessionEngine;
  readonly store: DynamoDbSessions;
  readonly gameDays: DynamoDbGameDays;
  readonly lengths: SessionPorts['lengths'];
}

export function openSessions(controller: Controller): Sessions {
  const { control, store: runs, ports } = controller;
  const store = new DynamoDbSessions(control);
  const gameDays = new DynamoDbGameDays(control);
  const registry = new DynamoDbRegistry(control);
  const lengths: SessionPorts['lengths'] = async (names) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => {
          const registered = await registry.get(name);
          return [name, registered === undefined ? null : lengthOf(registered.experiment)] as const;
        }),
      ),
    );
  const engine = new SessionEngine({
    clock: ports.clock,
    store: boundedStore(store, ports.clock),
    runs,
    lengths,
    registered: async (name) => (await gameDays.get(name)) ?? null,
    startRun: (session, start) => startPart(controller, session, start),
    abortRun: async (run, by) => {
      await controller.engine.deliver(run, { type: 'abort', at: ports.clock.now(), by });
    },
    publish: async (changes) =>
      (await import('../../adapters/aws/bus.ts')).gameDayPublisher(
        controller.aws,
        controller.environment.bus,
      )(changes),
  });
  return { engine, store, gameDays, lengths };
}

/** Starts the run of a place in a session: in the game day's window, told where the game day is told, and approved with it. */
async function startPart(
  controller: Controller,
  session: Session,
  { experiment, step, place, at }: SessionStart,
): ReturnType<SessionPorts['startRun']> {
  const { gameDay } = session;
  const started = await startRun(controller, {
    experiment,
    slot: { kind: 'gameday', id: gameDaySlotId(session, step, place), at },
    by: `game day ${gameDay.name}`,
    delayMs: 0,
    replayed: false,
    partOf: {
      gameDay: { session: session.id, name: gameDay.name, step },
      window: gameDay.window ?? null,
      channels: gameDay.notify ?? [],
      approval: session.approval,
    },
  });
  return started.result === 'refused'
    ? { type: 'refused', code: started.code, reason: started.reason }
    : { type: 'started' };
}
