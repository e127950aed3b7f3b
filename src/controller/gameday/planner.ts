import { assertNever } from '../../core/assert.ts';
import type { SessionPhase } from '../../core/gameday/session.ts';
import { spanOf } from '../../core/gameday/window.ts';
import type { SessionId } from '../../core/ids.ts';
import type { PlannerRequest } from '../../triggers/planner-request.ts';
import type { Controller } from '../controller.ts';
import { log } from '../log.ts';
import { planAhead } from '../plan-ahead.ts';
import { makeDueSessions, makeSession, scheduledSlot } from './make.ts';
import { openSessions, type Sessions } from './sessions.ts';

/** What became of a request to the planner. */
export type Planned =
  | { readonly result: 'done' }
  | { readonly result: 'started' | 'exists'; readonly session: SessionId }
  | { readonly result: 'continued'; readonly session: SessionId; readonly phase: SessionPhase }
  | { readonly result: 'refused'; readonly code: string; readonly reason: string };

/** Looks after the sessions of game days, and after what is to be made ahead of its time. */
export async function planner(controller: Controller, request: PlannerRequest): Promise<Planned> {
  const sessions = openSessions(controller);
  switch (request.type) {
    case 'minute':
      await everyMinute(controller, sessions);
      return { result: 'done' };
    case 'changed':
      await sessions.engine.lookAfter(request.session);
      return { result: 'done' };
    case 'slot':
      return startOnTime(controller, sessions, request);
    case 'start':
      return startNow(controller, sessions, request);
    case 'continue':
      return letGoOn(controller, sessions, request);
    default:
      return assertNever(request);
  }
}

/** The failure of one keeps none of the others from being done. */
async function everyMinute(controller: Controller, sessions: Sessions): Promise<void> {
  const results = await Promise.allSettled([
    makeDueSessions(controller, sessions),
    sessions.engine.lookAfterAll(),
    planAhead(controller, controller.ports.clock.now()),
  ]);
  const failures = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
}

/** A game day's own schedule: it begins on the second, and not with the next minute. */
async function startOnTime(
  controller: Controller,
  sessions: Sessions,
  { gameDay, at }: Extract<PlannerRequest, { type: 'slot' }>,
): Promise<Planned> {
  const registered = await sessions.gameDays.get(gameDay);
  if (registered === undefined) return unknown(gameDay);
  const span = spanOf(registered.gameDay);
  if (span?.startAt !== at) return refused('moved', `Game day ${gameDay} begins at another time by now.`);
  const { result, id } = await makeSession(
    controller,
    sessions,
    registered,
    scheduledSlot(at),
    'its schedule',
  );
  await sessions.engine.lookAfter(id);
  return { result: result === 'made' ? 'started' : 'exists', session: id };
}

/** A person begins a session by hand: inside the game day's window, where it has one, and one at a time. */
async function startNow(
  controller: Controller,
  sessions: Sessions,
  { gameDay, id: request, by, at }: Extract<PlannerRequest, { type: 'start' }>,
): Promise<Planned> {
  const [registered, killSwitch] = await Promise.all([
    sessions.gameDays.get(gameDay),
    controller.store.readKillSwitch(),
  ]);
  if (registered === undefined) return unknown(gameDay);
  const slot = { kind: 'manual', id: request, at } as const;
  if (killSwitch.on) return refused('kill-switch', 'The kill switch is on.');
  const span = spanOf(registered.gameDay);
  if (span !== null && (at < span.startAt || at >= span.endsAt))
    return refused(
      'outside-window',
      `Game day ${gameDay} has a window, from ${new Date(span.startAt).toISOString()} to ${new Date(span.endsAt).toISOString()}.`,
    );
  const other = await underWay(sessions, gameDay, `${gameDay}.session.${request}`);
  if (other !== undefined) return refused('under-way', `Session ${other} of this game day has not ended.`);
  const { result, id } = await makeSession(controller, sessions, registered, slot, by);
  await sessions.engine.lookAfter(id);
  log('info', 'a person started a game day', { session: id, by });
  return { result: result === 'made' ? 'started' : 'exists', session: id };
}

async function underWay(
  { store }: Sessions,
  gameDay: string,
  except: SessionId,
): Promise<SessionId | undefined> {
  const active = (await store.listActiveSessions()).filter(
    ({ id }) => id.startsWith(`${gameDay}.session.`) && id !== except,
  );
  for (const { id } of active) {
    const stored = await store.loadSession(id);
    if (stored !== undefined && stored.session.phase !== 'ended') return id;
  }
  return undefined;
}

async function letGoOn(
  { ports }: Controller,
  { engine, store }: Sessions,
  { session: id, seq, by }: Extract<PlannerRequest, { type: 'continue' }>,
): Promise<Planned> {
  const before = (await store.loadSession(id))?.session;
  if (before === undefined) return refused('unknown-session', `There is no session ${id}.`);
  if (before.phase !== 'paused') return refused('not-paused', `It is ${before.phase}, and waits for nobody.`);
  if (seq < before.askedSeq || seq > before.seq)
    return refused('outdated', 'The game day went on after this was shown: look at it again.');
  log('info', 'a person lets a game day go on', { session: id, by });
  const after = await engine.deliver(id, { type: 'continue', at: ports.clock.now(), by, seq });
  const index = before.steps.findIndex(({ state }) => state === 'paused');
  if (after === undefined || after.steps[index]?.reason !== `Continued by ${by}.`)
    return refused('not-paused', after?.stopped?.reason ?? 'The pause was over already.');
  return { result: 'continued', session: id, phase: after.phase };
}

function unknown(gameDay: string): Planned {
  return refused(
    'unknown-gameday',
    `No game day ${gameDay} is registered here: inoculate register FILE does that.`,
  );
}

function refused(code: string, reason: string): Planned {
  return { result: 'refused', code, reason };
}
