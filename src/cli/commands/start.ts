import { ask } from '../aws/ask.ts';
import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { unknownRun } from '../aws/runs.ts';
import { startRun } from '../aws/start-run.ts';
import { stageOption, watchRun } from '../aws/watch-run.ts';
import { whoAsks } from '../aws/who.ts';
import { outcomeWords } from '../aws/words.ts';
import type { Remote } from '../aws/remote.ts';
import { reportAt } from '../aws/stored-report.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOf } from '../run/exit-code.ts';
import { type PipelineFiles, pipelineOptions, withPipelineFiles } from '../run/pipeline-files.ts';

export const start: Command = {
  name: 'start',
  summary: 'Start a run of a registered experiment',
  usage: 'NAME',
  arity: [1, 1],
  details: `Prints the run's id and, where a guard refuses the run, the reason. With --wait it watches the run to its end, as "watch"
does.

  inoculate start checkout-survives
  inoculate start checkout-survives --wait --stage prod
  inoculate start checkout-survives --wait --junit chaos.xml --summary "$GITHUB_STEP_SUMMARY"

Exit codes: 0 started (with --wait: held), 3 refused; with --wait also 1 deviated, 4 aborted, 5 inconclusive.`,
  options: {
    ...remoteOptions,
    ...byOption,
    wait: { type: 'flag', description: 'watch the run to its end' },
    ...pipelineOptions,
    ...jsonOption,
  },
  run(input, context) {
    if (!input.flag('wait'))
      for (const name of ['junit', 'summary'] as const)
        if (input.value(name) !== undefined)
          throw new UsageError(`--${name} needs the end of the run`, 'add --wait');
    return withPipelineFiles(input, context, { experiment: input.args[0] ?? '', where: 'aws' }, (files) =>
      withRemote(input, context, (remote) => started(remote, input, context, files)),
    );
  },
};

async function started(
  remote: Remote,
  input: Input,
  context: CliContext,
  files: PipelineFiles,
): Promise<ExitCode> {
  const json = input.flag('json');
  const by = await whoAsks(remote, input, context);
  const id = await startRun(remote, input.args[0] ?? '', by);
  if (input.flag('wait')) {
    (json ? context.stderr : context.stdout).write(`${id}\n`);
    return watchRun(remote, id, context, {
      json,
      onEnd: async (record) =>
        files.write(record, record.run.phase === 'ended' ? await reportAt(remote, id) : null),
    });
  }
  const answer = await ask(remote, { inoculate: 'show/1', run: id });
  if (answer.result === 'unknown-run') throw unknownRun(remote, id);
  const { phase, outcome } = answer.run;
  if (json) context.stdout.write(`${JSON.stringify({ run: id, phase, outcome }, null, 2)}\n`);
  else if (outcome === null)
    context.stdout.write(`${id}\nIt is ${phase}. To watch it: inoculate watch ${id}${stageOption(remote)}\n`);
  else context.stdout.write(`${id}\n${outcomeWords(outcome)}\n`);
  return outcome === null ? exitCodes.held : exitCodeOf(answer.run);
}
