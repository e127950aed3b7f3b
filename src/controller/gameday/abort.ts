import type { SessionId } from '../../core/ids.ts';
import type { Controller } from '../controller.ts';
import { log } from '../log.ts';
import type { StoppedSession } from '../stop.ts';
import { openSessions } from './sessions.ts';

/** The end of the game day is durable, and the abort of each of its runs asked for, when this returns. */
export async function abortSession(
  controller: Controller,
  session: SessionId,
  by: string,
): Promise<StoppedSession> {
  log('info', 'asked to end a game day', { session, by });
  const { engine } = openSessions(controller);
  const at = controller.ports.clock.now();
  const after = await engine.deliver(session, { type: 'abort', at, by });
  if (after === undefined) return { result: 'unknown-session', session };
  const ours = after.stopped?.code === 'person';
  return { result: ours ? 'session-stopped' : 'session-ending', session, phase: after.phase };
}
