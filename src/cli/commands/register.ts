import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import {
  type RegisteredFile,
  readExperimentFiles,
  registerFiles,
  startedBy,
} from '../aws/experiment-files.ts';
import { tellProblems } from '../aws/tell-problems.ts';
import { whoAsks } from '../aws/who.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatProblems, problemsAsJson } from '../input/format-problems.ts';
import { stageOf } from '../stage-option.ts';

export const register: Command = {
  name: 'register',
  summary: 'Give experiments to the controller, with their schedules and triggers',
  usage: 'FILES...',
  arity: [1, 1_000],
  details: `Checks every file as "validate" does. Where anything is wrong, nothing is sent. Else each experiment becomes a new version
at the controller, and from then on is started by its schedule and its triggers. The same file again changes nothing.
Registering runs nothing: "inoculate start NAME" does.

  inoculate register experiments/*.yaml --stage prod`,
  options: { ...remoteOptions, ...byOption, ...jsonOption },
  async run(input, context) {
    const json = input.flag('json');
    const read = readExperimentFiles(input.args, stageOf(input), context);
    if (!read.ok) return tellProblems(read.problems, json, context);
    return withRemote(input, context, async (remote) => {
      const by = await whoAsks(remote, input, context);
      const results = await registerFiles(remote, read.files, by, (some) => {
        if (!json) for (const one of some) tellOne(one, context);
      });
      const refused = results.filter(({ result }) => result === 'refused');
      if (json) context.stdout.write(`${JSON.stringify({ registered: results.map(asJson) }, null, 2)}\n`);
      else context.stdout.write(closing(results.length - refused.length, remote.stage));
      return refused.length === 0 ? exitCodes.held : exitCodes.badInput;
    });
  },
};

function tellOne(one: RegisteredFile, { stdout, stderr, color }: CliContext): void {
  const { experiment, result, version, problems } = one;
  if (result === 'refused') stderr.write(`${formatProblems(problems, { color })}\n`);
  else
    stdout.write(`${experiment.name}  ${result}, version ${version}; started by: ${startedBy(experiment)}\n`);
}

function closing(count: number, stage: string): string {
  if (count === 0) return 'Nothing was registered.\n';
  return `${count} experiment${count === 1 ? '' : 's'} registered at stage ${stage}; nothing was started.\n`;
}

function asJson({ file, experiment, result, version, problems }: RegisteredFile): object {
  return {
    file,
    experiment: experiment.name,
    result,
    version,
    schedule: experiment.schedule ?? null,
    triggers: experiment.triggers ?? [],
    ...(problems.length === 0 ? {} : { problems: problemsAsJson(problems) }),
  };
}
