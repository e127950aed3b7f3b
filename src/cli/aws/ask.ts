import type { ApproveAnswer } from '../../controller/approve-with-proof.ts';
import type { Planned } from '../../controller/gameday/planner.ts';
import type { Answer } from '../../controller/requests.ts';
import type { SettingsAnswer } from '../../controller/settings.ts';
import type { Started } from '../../controller/start.ts';
import type { Stopped, StoppedSession } from '../../controller/stop.ts';
import type {
  ApproveMessage,
  PlannerMessage,
  RequestMessage,
  SettingsMessage,
  StartMessage,
  StopMessage,
} from '../../generated/types.ts';
import { FailureError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Remote, RemoteFunction } from './remote.ts';

type AnswerTo = {
  readonly 'register/1': 'registered';
  readonly 'remove/1': 'removed' | 'unknown-experiment';
  readonly 'list/1': 'list';
  readonly 'next/1': 'next' | 'unknown-experiment';
  readonly 'status/1': 'status';
  readonly 'runs/1': 'runs';
  readonly 'show/1': 'run' | 'unknown-run';
  readonly 'directive/1': 'directive' | 'no-directive' | 'unknown-run';
  readonly 'remove-gameday/1': 'gameday-removed' | 'unknown-gameday';
  readonly 'session/1': 'session' | 'unknown-session';
  readonly 'sessions/1': 'sessions';
};

/** Asks the function `requests`, which starts nothing and changes no target. */
export function ask<M extends RequestMessage>(
  remote: Remote,
  message: M,
): Promise<Extract<Answer, { result: AnswerTo[M['inoculate']] }>> {
  return answered(remote, 'requests', message);
}

export function askToStart(remote: Remote, message: StartMessage): Promise<Started> {
  return answered(remote, 'start', message);
}

export function askToStop<M extends StopMessage>(
  remote: Remote,
  message: M,
): Promise<
  M['inoculate'] extends 'kill-switch/1'
    ? Extract<Stopped, { result: 'kill-switch' }>
    : M['inoculate'] extends 'abort-session/1'
      ? StoppedSession
      : Exclude<Stopped, StoppedSession | { result: 'kill-switch' }>
> {
  return answered(remote, 'stop', message);
}

export function askToDecide(remote: Remote, message: ApproveMessage): Promise<ApproveAnswer> {
  return answered(remote, 'approve', message);
}

type AboutSettings = {
  readonly 'settings-get/1': 'settings' | 'unknown-version';
  readonly 'settings-history/1': 'history';
  readonly 'settings-put/1': 'stored' | 'conflict' | 'refused';
};

/** Asks the function `settings`, which keeps what runs may do. */
export function askAboutSettings<M extends SettingsMessage>(
  remote: Remote,
  message: M,
): Promise<Extract<SettingsAnswer, { result: AboutSettings[M['inoculate']] }>> {
  return answered(remote, 'settings', message);
}

/** Begins a session of a game day, or lets a pause of one end. */
export function askPlanner(
  remote: Remote,
  message: Extract<PlannerMessage, { inoculate: 'gameday-start/1' | 'gameday-continue/1' }>,
): Promise<Planned> {
  return answered(remote, 'planner', message);
}

/** The controller speaks the types of its own version; `doctor` tells where versions differ. */
async function answered<T extends { readonly result: string }>(
  remote: Remote,
  name: RemoteFunction,
  message: object,
): Promise<T> {
  const answer = await remote.invoke(name, message);
  if (typeof answer === 'object' && answer !== null && 'result' in answer) return answer as T;
  throw new FailureError(
    `inoculate-${remote.stage}-${name} answered something else than this version understands: ${JSON.stringify(answer)?.slice(0, 200)}`,
    { exitCode: exitCodes.internal, help: '"inoculate doctor" compares the versions' },
  );
}
