import type { SessionPhase } from '../core/gameday/session.ts';
import type { RunId, SessionId } from '../core/ids.ts';
import type { Phase } from '../core/run.ts';
import type { StopMessage } from '../generated/types.ts';
import type { Controller } from './controller.ts';
import { log } from './log.ts';

/** What became of a request to end a game day. */
export type StoppedSession =
  | {
      readonly result: 'session-stopped' | 'session-ending';
      readonly session: SessionId;
      readonly phase: SessionPhase;
    }
  | { readonly result: 'unknown-session'; readonly session: SessionId };

/** What became of a request to stop. */
export type Stopped =
  | { readonly result: 'stopped'; readonly run: RunId; readonly phase: Phase }
  /** It had ended before, or was taking its faults back already. */
  | { readonly result: 'ending'; readonly run: RunId; readonly phase: Phase }
  | { readonly result: 'unknown-run'; readonly run: RunId }
  | StoppedSession
  | { readonly result: 'kill-switch'; readonly on: boolean };

/** The abort is durable, and the first attempt to take the faults back made, when this returns. */
export async function stopFor(controller: Controller, request: StopMessage): Promise<Stopped> {
  const { engine, ports } = controller;
  if (request.inoculate === 'kill-switch/1') {
    log('warn', 'the kill switch was set', { on: request.on, by: request.by });
    return { result: 'kill-switch', on: await engine.setKillSwitch(request.on, request.askedAt) };
  }
  if (request.inoculate === 'abort-session/1') {
    // The end of a run must not wait for what only game days need.
    const { abortSession } = await import('./gameday/abort.ts');
    return abortSession(controller, request.session, request.by);
  }
  const { run, by } = request;
  log('info', 'asked to stop a run', { run, by });
  const after = await engine.deliver(run, { type: 'abort', at: ports.clock.now(), by });
  if (after === undefined) return { result: 'unknown-run', run };
  const ours =
    after.abort?.code === 'person' ||
    (after.outcome?.result === 'refused' && after.outcome.code === 'person');
  return { result: ours ? 'stopped' : 'ending', run, phase: after.phase };
}
