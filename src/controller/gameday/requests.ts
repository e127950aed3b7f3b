import type { Session, SessionPhase, StopReason } from '../../core/gameday/session.ts';
import { tally } from '../../core/gameday/results.ts';
import type { EpochMs, SessionId } from '../../core/ids.ts';
import type { RequestMessage } from '../../generated/types.ts';
import type { RegisteredGameDay } from '../../registry/gamedays.ts';
import { type GameDayPorts, registerGameDay, unregisterGameDay } from '../../registry/register-gameday.ts';
import type { Registration } from '../../registry/register.ts';
import type { Controller } from '../controller.ts';
import { openSessions } from './sessions.ts';

/** A session in a line. */
export interface SessionLine {
  readonly id: SessionId;
  readonly gameDay: string;
  readonly phase: SessionPhase;
  readonly phaseSince: EpochMs;
  readonly startAt: EpochMs;
  readonly endsAt: EpochMs | null;
  readonly requestedBy: string;
  readonly endedAt: EpochMs | null;
  readonly stopped: StopReason | null;
  /** "2 held, 1 deviated" */
  readonly tally: string;
}

/** A registered game day without its text, and the latest of its sessions that is still stored. */
export type ListedGameDay = Omit<RegisteredGameDay, 'text'> & { readonly lastSession: SessionLine | null };

export type GameDayAnswer =
  | { readonly result: 'gameday-removed'; readonly gameDay: string }
  | { readonly result: 'unknown-gameday'; readonly gameDay: string }
  | { readonly result: 'session'; readonly session: Session }
  | { readonly result: 'unknown-session'; readonly session: SessionId }
  | { readonly result: 'sessions'; readonly sessions: readonly SessionLine[] };

type Message<Name extends string> = Extract<RequestMessage, { inoculate: Name }>;

const shownSessions = 20;

export async function registerGameDays(
  controller: Controller,
  { gameDays = [], by }: Message<'register/1'>,
): Promise<readonly Registration[]> {
  const registrations: Registration[] = [];
  const ports = {
    ...(await registrationPorts(controller)),
    stage: controller.environment.stage,
    by,
    at: controller.ports.clock.now(),
  };
  for (const submission of gameDays) registrations.push(await registerGameDay(ports, submission));
  return registrations;
}

export async function removeGameDay(
  controller: Controller,
  { gameDay }: Message<'remove-gameday/1'>,
): Promise<GameDayAnswer> {
  const removed = await unregisterGameDay(await registrationPorts(controller), gameDay);
  return { result: removed === 'removed' ? 'gameday-removed' : 'unknown-gameday', gameDay };
}

export async function listGameDays(controller: Controller): Promise<readonly ListedGameDay[]> {
  const { gameDays } = openSessions(controller);
  return Promise.all(
    (await gameDays.list()).map(async ({ text: _text, ...rest }) => {
      const [latest] = await sessionLines(controller, (await gameDays.sessionsOf(rest.name, 1)).map(idOf));
      return { ...rest, lastSession: latest ?? null };
    }),
  );
}

export async function showSession(
  controller: Controller,
  { session: id }: Message<'session/1'>,
): Promise<GameDayAnswer> {
  const stored = await openSessions(controller).store.loadSession(id);
  return stored === undefined
    ? { result: 'unknown-session', session: id }
    : { result: 'session', session: { ...stored.session, outbox: [] } };
}

/** Those under way, or the latest of a game day. */
export async function listSessions(
  controller: Controller,
  { gameDay }: Message<'sessions/1'>,
): Promise<GameDayAnswer> {
  const { store, gameDays } = openSessions(controller);
  const entries =
    gameDay === undefined
      ? await store.listActiveSessions()
      : await gameDays.sessionsOf(gameDay, shownSessions);
  return { result: 'sessions', sessions: await sessionLines(controller, entries.map(idOf)) };
}

async function registrationPorts(
  controller: Controller,
): Promise<Pick<GameDayPorts, 'gameDays' | 'schedules' | 'isExperiment'>> {
  const { aws, environment, control } = controller;
  const { gameDaySchedules } = await import('../../adapters/aws/gameday-schedules.ts');
  const { DynamoDbRegistry } = await import('../../adapters/dynamodb-registry.ts');
  const registry = new DynamoDbRegistry(control);
  return {
    gameDays: openSessions(controller).gameDays,
    schedules: gameDaySchedules(aws, controller.ports.clock, {
      group: `inoculate-${environment.stage}-gamedays`,
      plannerArn: environment.plannerArn,
      roleArn: environment.schedulerRoleArn,
      deadLetterArn: environment.deadLetterArn,
    }),
    isExperiment: async (name) => (await registry.get(name)) !== undefined,
  };
}

async function sessionLines(
  controller: Controller,
  ids: readonly SessionId[],
): Promise<readonly SessionLine[]> {
  const { store } = openSessions(controller);
  const stored = await Promise.all([...new Set(ids)].map((id) => store.loadSession(id)));
  return stored.flatMap((one) => (one === undefined ? [] : [lineOf(one.session)]));
}

function lineOf(session: Session): SessionLine {
  const { id, phase, phaseSince, startAt, endsAt, requestedBy, endedAt, stopped } = session;
  return {
    id,
    gameDay: session.gameDay.name,
    phase,
    phaseSince,
    startAt,
    endsAt,
    requestedBy,
    endedAt,
    stopped,
    tally: tally(session),
  };
}

function idOf({ id }: { readonly id: SessionId }): SessionId {
  return id;
}
