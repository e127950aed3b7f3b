import { titleOf } from '../../core/gameday/definition.ts';
import type { SessionId } from '../../core/ids.ts';
import type { ApproveMessage } from '../../generated/types.ts';
import { instant } from '../../report/format.ts';
import { withoutTricks } from '../../report/plain.ts';
import { FailureError, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { ask, askToDecide } from './ask.ts';
import type { Remote } from './remote.ts';

/** A game day is approved, or declined, as a whole: what is shown is what the decision is good for. */
export async function decideOnSession(
  remote: Remote,
  id: SessionId,
  decision: ApproveMessage['decision'],
  input: Input,
  { stdout }: CliContext,
): Promise<ExitCode> {
  const shown = await ask(remote, { inoculate: 'session/1', session: id });
  if (shown.result === 'unknown-session')
    throw new UsageError(
      `There is no session ${id} at stage ${remote.stage}`,
      '"inoculate gameday status" shows those that are under way',
    );
  const { gameDay, seq, killSwitchGeneration: generation, startAt } = shown.session;
  const decided = { run: id, decision, seq, generation, startAt: null };
  const proof = await remote.prove(decided);
  const answer = await askToDecide(remote, { inoculate: 'approve/1', ...decided, proof });
  const refused = answer.result === 'refused' || answer.result === 'unproved';
  if (input.flag('json')) {
    stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return refused ? exitCodes.refused : exitCodes.held;
  }
  if (refused) throw new FailureError(`Refused: ${answer.reason}`, { exitCode: exitCodes.refused });
  const lines = [
    `${gameDay.name}: ${gameDay.purpose ?? 'a game day'}`,
    ...gameDay.steps.map((step, index) => `step ${index + 1}: ${titleOf(step)}`),
    answer.result === 'declined'
      ? `${id} is declined: it will not begin.`
      : `${id} is approved, and begins at ${instant(startAt)} or with the next minute.`,
  ];
  stdout.write(`${lines.map(withoutTricks).join('\n')}\n`);
  return exitCodes.held;
}
