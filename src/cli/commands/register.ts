import { byOption, jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import {
  type RegisteredFile,
  readExperimentFiles,
  registerFiles,
  startedBy,
} from '../aws/experiment-files.ts';
import {
  gameDaysAmong,
  readGameDayFiles,
  type RegisteredGameDayFile,
  registerGameDayFiles,
} from '../aws/gameday-files.ts';
import { beginsAt } from '../gameday/words.ts';
import { tellProblems } from '../aws/tell-problems.ts';
import { whoAsks } from '../aws/who.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatProblems, problemsAsJson } from '../input/format-problems.ts';
import { stageOf } from '../stage-option.ts';

export const register: Command = {
  name: 'register',
  summary: 'Give experiments and game days to the controller, with their schedules and triggers',
  usage: 'FILES...',
  arity: [1, 1_000],
  details: `Checks every file as "validate" does. Where anything is wrong, nothing is sent. Else each experiment becomes a new version
at the controller, and from then on is started by its schedule and its triggers. The same file again changes nothing.
Registering runs nothing: "inoculate start NAME" does. Game days are registered after the experiments that come with them.

  inoculate register experiments/*.yaml december.gameday.yaml --stage prod`,
  options: { ...remoteOptions, ...byOption, ...jsonOption },
  async run(input, context) {
    const json = input.flag('json');
    const paths = gameDaysAmong(input.args, context);
    const read = readExperimentFiles(paths.others, stageOf(input), context);
    const days = readGameDayFiles(paths.gameDays, stageOf(input), context);
    const wrong = [...(read.ok ? [] : read.problems), ...(days.ok ? [] : days.problems)];
    if (!read.ok || !days.ok) return tellProblems(wrong, json, context);
    return withRemote(input, context, async (remote) => {
      const by = await whoAsks(remote, input, context);
      const results = await registerFiles(remote, read.files, by, (some) => {
        if (!json) for (const one of some) tellOne(one, context);
      });
      const gameDays = await registerGameDayFiles(remote, days.files, by);
      if (!json) for (const one of gameDays) tellGameDay(one, context);
      const refused = [...results, ...gameDays].filter(({ result }) => result === 'refused');
      if (json)
        context.stdout.write(
          `${JSON.stringify({ registered: [...results.map(asJson), ...gameDays.map(gameDayAsJson)] }, null, 2)}\n`,
        );
      else context.stdout.write(closing(taken(results), taken(gameDays), remote.stage));
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

function tellGameDay(one: RegisteredGameDayFile, { stdout, stderr, color }: CliContext): void {
  const { gameDay, result, version, problems } = one;
  if (result === 'refused') stderr.write(`${formatProblems(problems, { color })}\n`);
  else stdout.write(`${gameDay.name}  game day, ${result}, version ${version}; ${beginsAt(gameDay)}\n`);
}

function taken(files: readonly { readonly result: string }[]): number {
  return files.filter(({ result }) => result !== 'refused').length;
}

function closing(experiments: number, gameDays: number, stage: string): string {
  const parts = [
    ...(experiments === 0 ? [] : [`${experiments} experiment${experiments === 1 ? '' : 's'}`]),
    ...(gameDays === 0 ? [] : [`${gameDays} game day${gameDays === 1 ? '' : 's'}`]),
  ];
  if (parts.length === 0) return 'Nothing was registered.\n';
  return `${parts.join(' and ')} registered at stage ${stage}; nothing was started.\n`;
}

function gameDayAsJson({ file, gameDay, result, version, problems }: RegisteredGameDayFile): object {
  return {
    file,
    gameDay: gameDay.name,
    result,
    version,
    window: gameDay.window ?? null,
    ...(problems.length === 0 ? {} : { problems: problemsAsJson(problems) }),
  };
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
