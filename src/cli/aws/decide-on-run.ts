import type { ApproveAnswer } from '../../controller/approve-with-proof.ts';
import { assertNever } from '../../core/assert.ts';
import type { EpochMs } from '../../core/ids.ts';
import type { Run } from '../../core/run.ts';
import { explainFault } from '../../faults/explain.ts';
import type { ApproveMessage } from '../../generated/types.ts';
import { duration, exactShare, instant } from '../../report/format.ts';
import { withoutTricks } from '../../report/plain.ts';
import { FailureError, type Input } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { ask, askToDecide } from './ask.ts';
import { isSessionId } from '../../core/gameday/session-id.ts';
import { decideOnSession } from './decide-on-session.ts';
import { withRemote } from './options.ts';
import type { Remote } from './remote.ts';
import { runUnderWay, unknownRun } from './runs.ts';
import { stageOption } from './watch-run.ts';

/** For `approve`, `decline` and `postpone`: what is decided on is shown, and is what the decision is good for. */
export function decideOnRun(
  input: Input,
  context: CliContext,
  decision: ApproveMessage['decision'],
  newStart: (run: Run) => EpochMs | null = () => null,
): Promise<ExitCode> {
  return withRemote(input, context, async (remote) => {
    const named = input.args[0] ?? '';
    if (isSessionId(named)) return decideOnSession(remote, named, decision, input, context);
    const id = await runUnderWay(remote, named);
    const shown = await ask(remote, { inoculate: 'show/1', run: id });
    if (shown.result === 'unknown-run') throw unknownRun(remote, id);
    const { run } = shown;
    const decided = { run: id, decision, ...seen(run), startAt: newStart(run) };
    const proof = await remote.prove(decided);
    const answer = await askToDecide(remote, { inoculate: 'approve/1', ...decided, proof });
    if (input.flag('json')) context.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    else if (answer.result !== 'refused' && answer.result !== 'unproved')
      context.stdout.write(`${[...about(run), ...outcome(answer, remote)].map(withoutTricks).join('\n')}\n`);
    return exitCodeFor(answer, input.flag('json'));
  });
}

/** The latest change that was shown, and the kill switch as the run knows it. */
function seen({ seq, killSwitchGeneration }: Run): Pick<ApproveMessage, 'seq' | 'generation'> {
  return { seq, generation: killSwitchGeneration };
}

function about({ experiment, requestedBy, requestedAt }: Run): readonly string[] {
  const share =
    experiment.exposure === undefined ? '' : `, ${exactShare(experiment.exposure)} of invocations`;
  return [
    `${experiment.name}: ${experiment.hypothesis}`,
    ...experiment.faults.map((fault) => `fault: ${explainFault(fault)}`),
    `for ${duration(experiment.duration)}${share}; asked for by ${requestedBy}, ${instant(requestedAt)}`,
  ];
}

function outcome(
  answer: Exclude<ApproveAnswer, { result: 'refused' | 'unproved' }>,
  remote: Remote,
): readonly string[] {
  const more = `To see it: inoculate watch ${answer.run}${stageOption(remote)}`;
  switch (answer.result) {
    case 'approved':
      return [`${answer.run} is approved, and starts at ${instant(answer.startAt)} or at once.`, more];
    case 'declined':
      return [`${answer.run} is declined: it will not start.`];
    case 'postponed':
      return [`${answer.run} is put off to ${instant(answer.startAt)}; it is ${answer.phase}.`, more];
    default:
      return assertNever(answer.result);
  }
}

function exitCodeFor(answer: ApproveAnswer, told: boolean): ExitCode {
  if (answer.result !== 'refused' && answer.result !== 'unproved') return exitCodes.held;
  if (told) return exitCodes.refused;
  throw answer.result === 'refused'
    ? new FailureError(`Refused: ${answer.reason}`, { exitCode: exitCodes.refused })
    : new FailureError(`Who you are could not be proved: ${answer.reason}`, {
        exitCode: exitCodes.refused,
        help: 'look at the clock of this machine, at the Region, and at your credentials',
      });
}
