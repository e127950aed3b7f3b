import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../../adapters/system-clock.ts';
import { learnt } from '../../core/gameday/results.ts';
import { isSessionId } from '../../core/gameday/session-id.ts';
import { titleOf } from '../../core/gameday/definition.ts';
import type { Session, SessionRun } from '../../core/gameday/session.ts';
import type { Experiment } from '../../generated/types.ts';
import { dependencyTrouble } from '../../layer/aws/trouble.ts';
import { ask, askPlanner, askToStop } from '../aws/ask.ts';
import type { Remote } from '../aws/remote.ts';
import { tellProblems } from '../aws/tell-problems.ts';
import { whoAsks } from '../aws/who.ts';
import { ago } from '../aws/words.ts';
import { FailureError, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readExperimentFile } from '../input/read-file.ts';
import { readGameDayFile } from '../input/read-gameday.ts';
import { stageOf } from '../stage-option.ts';
import { type GameDayPlan, planAsJson, planLines } from './plan.ts';
import { sessionWords } from './words.ts';

const idLength = 12;

/** The plan of a file, with the experiments that stand beside it; nothing is asked of AWS. */
export function planFile(path: string, input: Input, context: CliContext): ExitCode | undefined {
  if (!existsSync(resolve(context.cwd, path))) return undefined;
  const json = input.flag('json');
  const options = { stage: stageOf(input), cwd: context.cwd };
  const read = readGameDayFile(path, options);
  if (!read.ok) return tellProblems(read.problems, json, context);
  const experiments = new Map<string, Experiment>();
  for (const [name, file] of read.beside) {
    const one = readExperimentFile(file, { ...options, dependencyTrouble });
    if (one.ok) experiments.set(name, one.experiment);
  }
  return printPlan({ gameDay: read.gameDay, experiments }, json, context);
}

/** The plan of a registered game day. */
export async function planRegistered(
  remote: Remote,
  name: string,
  input: Input,
  context: CliContext,
): Promise<ExitCode> {
  const { experiments, gameDays } = await ask(remote, { inoculate: 'list/1' });
  const found = gameDays.find((one) => one.name === name);
  if (found === undefined)
    throw new UsageError(
      `There is no file "${name}", and no game day ${name} is registered at stage ${remote.stage}`,
      '"inoculate list" shows those that are',
    );
  const known = new Map(experiments.map((one) => [one.name, one.experiment]));
  return printPlan({ gameDay: found.gameDay, experiments: known }, input.flag('json'), context);
}

function printPlan(plan: GameDayPlan, json: boolean, { stdout }: CliContext): ExitCode {
  stdout.write(json ? `${JSON.stringify(planAsJson(plan), null, 2)}\n` : `${planLines(plan).join('\n')}\n`);
  return exitCodes.held;
}

export async function startGameDay(
  remote: Remote,
  name: string,
  input: Input,
  context: CliContext,
): Promise<ExitCode> {
  const planned = await askPlanner(remote, {
    inoculate: 'gameday-start/1',
    gameDay: name,
    // Of the request: however often it is sent again, there is one session.
    id: randomUUID().replaceAll('-', '').slice(0, idLength),
    by: await whoAsks(remote, input, context),
    at: new Date(systemClock.now()).toISOString(),
  });
  if (planned.result === 'refused') throw refusal(planned);
  if (planned.result !== 'started' && planned.result !== 'exists') throw surprise(remote);
  return statusOf(remote, planned.session, input, context);
}

export async function letGameDayGoOn(
  remote: Remote,
  text: string,
  input: Input,
  context: CliContext,
): Promise<ExitCode> {
  const session = await sessionNamed(remote, text);
  const by = await whoAsks(remote, input, context);
  const planned = await askPlanner(remote, {
    inoculate: 'gameday-continue/1',
    session: session.id,
    seq: session.seq,
    by,
  });
  if (planned.result === 'refused') throw refusal(planned);
  return statusOf(remote, session.id, input, context);
}

export async function abortGameDay(
  remote: Remote,
  text: string,
  input: Input,
  context: CliContext,
): Promise<ExitCode> {
  const { id } = await sessionNamed(remote, text);
  const by = await whoAsks(remote, input, context);
  const stopped = await askToStop(remote, { inoculate: 'abort-session/1', session: id, by });
  if (stopped.result === 'unknown-session') throw unknownSession(remote, id);
  if (!input.flag('json'))
    context.stdout.write(
      stopped.result === 'session-stopped'
        ? `${id} is ended by ${by}: no step begins any more, and its runs are aborted.\n`
        : `${id} had ended, or was ending, already.\n`,
    );
  return statusOf(remote, id, input, context);
}

/** One session, or all that are under way. */
export async function showStatus(
  remote: Remote,
  text: string | undefined,
  input: Input,
  context: CliContext,
): Promise<ExitCode> {
  if (text !== undefined) return statusOf(remote, (await sessionNamed(remote, text)).id, input, context);
  const { sessions } = await ask(remote, { inoculate: 'sessions/1' });
  const open = sessions.filter(({ phase }) => phase !== 'ended');
  if (input.flag('json')) context.stdout.write(`${JSON.stringify({ sessions: open }, null, 2)}\n`);
  else if (open.length === 0) context.stdout.write('No game day is under way or announced.\n');
  else context.stdout.write(`${open.map((one) => `${one.id}  ${sessionWords(one)}`).join('\n')}\n`);
  return exitCodes.held;
}

async function statusOf(remote: Remote, id: string, input: Input, { stdout }: CliContext): Promise<ExitCode> {
  const session = await fetchSession(remote, id);
  stdout.write(
    input.flag('json')
      ? `${JSON.stringify({ session }, null, 2)}\n`
      : `${sessionLines(session).join('\n')}\n`,
  );
  return exitCodes.held;
}

/** A session's id as it is; for a game day's name, its session that has not ended, else its latest. */
async function sessionNamed(remote: Remote, text: string): Promise<Session> {
  if (isSessionId(text)) return fetchSession(remote, text);
  if (!/^[a-z][a-z0-9-]*$/.test(text))
    throw new UsageError(
      `"${text}" is neither a session's id nor a game day's name`,
      '"inoculate gameday status" shows the sessions',
    );
  const { sessions } = await ask(remote, { inoculate: 'sessions/1', gameDay: text });
  const found = sessions.find(({ phase }) => phase !== 'ended') ?? sessions[0];
  if (found !== undefined) return fetchSession(remote, found.id);
  throw new UsageError(
    `Game day ${text} has no session at stage ${remote.stage}`,
    `"inoculate gameday start ${text}" begins one`,
  );
}

async function fetchSession(remote: Remote, id: string): Promise<Session> {
  const answer = await ask(remote, { inoculate: 'session/1', session: id });
  if (answer.result === 'unknown-session') throw unknownSession(remote, id);
  return answer.session;
}

function sessionLines(session: Session): readonly string[] {
  const { id, phase, phaseSince, gameDay, steps, stopped } = session;
  return [
    `${id}`,
    `  ${phase} since ${ago(phaseSince)}${stopped === null ? '' : `; stopped: ${stopped.reason}`}`,
    ...steps.flatMap(({ state, reason, runs }, index) => [
      `  step ${index + 1}  ${state}  ${titleOf(gameDay.steps[index])}${reason === null ? '' : `  (${reason})`}`,
      ...runs.flatMap(runLine),
    ]),
    ...(phase === 'ended' ? learntLines(session) : []),
    ...(phase === 'paused' ? [`  To go on: inoculate gameday continue ${id}`] : []),
  ];
}

function runLine({ experiment, run, phase, outcome }: SessionRun): readonly string[] {
  if (outcome !== null) return [`    ${experiment}: ${outcome.result}: ${outcome.reason}`];
  return phase === null ? [] : [`    ${experiment}: ${phase}  ${run}`];
}

function learntLines(session: Session): readonly string[] {
  const { held, deviated, aborted, open } = learnt(session);
  const line = (what: string, runs: readonly SessionRun[]): readonly string[] =>
    runs.length === 0 ? [] : [`  ${what}: ${runs.map(({ experiment }) => experiment).join(', ')}`];
  return [
    ...line('held', held),
    ...line('deviated', deviated),
    ...line('aborted', aborted),
    ...line('still open', open),
  ];
}

function unknownSession(remote: Remote, id: string): UsageError {
  return new UsageError(
    `There is no session ${id} at stage ${remote.stage}`,
    '"inoculate gameday status" shows those that are under way',
  );
}

function refusal({ code, reason }: { readonly code: string; readonly reason: string }): Error {
  if (code === 'unknown-gameday')
    return new UsageError(reason, '"inoculate list" shows those that are registered');
  return new FailureError(`Refused: ${reason}`, { exitCode: exitCodes.refused });
}

function surprise(remote: Remote): FailureError {
  return new FailureError(`inoculate-${remote.stage}-planner answered something else than it was asked`, {
    exitCode: exitCodes.internal,
    help: '"inoculate doctor" compares the versions',
  });
}
