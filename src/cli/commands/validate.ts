import { lossOf } from '../../faults/losses.ts';
import { dependencyTrouble } from '../../layer/aws/trouble.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { FileKind } from '../input/formats.ts';
import { formatProblems, problemsAsJson } from '../input/format-problems.ts';
import { readAnyFile } from '../input/read-file.ts';
import { stageOf, stageOption } from '../stage-option.ts';

const shown = 50;

export const validate: Command = {
  name: 'validate',
  summary: 'Check files of experiments, game days, workloads and settings, without touching anything',
  usage: 'FILES...',
  arity: [1, 10_000],
  details: `Reads each file (YAML or JSON) and tells everything that is wrong with it: where, what was found, and what would be
right. What a file is, its "inoculate:" line says.

  inoculate validate experiments/*.yaml
  inoculate validate experiments/checkout.yaml --stage prod --json`,
  options: {
    stage: stageOption,
    json: { type: 'flag', description: 'machine-readable: one JSON object' },
  },
  async run(input, context) {
    const stage = stageOf(input);
    const options = { stage, dependencyTrouble, losesData: lossOf, cwd: context.cwd };
    const results = await Promise.all(
      input.args.map(async (file) => ({ file, read: await readAnyFile(file, options) })),
    );
    const problems = results.flatMap(({ read }) => (read.ok ? [] : read.problems));
    const exitCode = problems.length === 0 ? exitCodes.held : exitCodes.badInput;
    if (input.flag('json')) {
      const files = results.map(({ file, read }) => ({
        file,
        valid: read.ok,
        ...(read.ok ? { kind: read.kind } : { problems: problemsAsJson(read.problems) }),
      }));
      context.stdout.write(`${JSON.stringify({ valid: problems.length === 0, files }, null, 2)}\n`);
      return exitCode;
    }
    if (problems.length > 0) {
      const { color } = context;
      const wrong = results.filter(({ read }) => !read.ok).length;
      context.stderr.write(`${formatProblems(problems.slice(0, shown), { color })}\n`);
      if (problems.length > shown) context.stderr.write(`… and ${problems.length - shown} more\n`);
      context.stderr.write(
        `${count(problems.length, 'problem')} in ${wrong} of ${count(results.length, 'file')}\n`,
      );
      return exitCode;
    }
    const of = (kind: FileKind): number => results.filter(({ read }) => read.ok && read.kind === kind).length;
    const parts = [
      ...(of('experiment') > 0 ? [count(of('experiment'), 'experiment')] : []),
      ...(of('workload') > 0 ? [count(of('workload'), 'workload')] : []),
      ...(of('gameday') > 0 ? [count(of('gameday'), 'game day')] : []),
      ...(of('settings') > 0 ? [count(of('settings'), 'file of settings', 'files of settings')] : []),
    ];
    context.stdout.write(`${joined(parts)} valid, for stage ${stage}\n`);
    return exitCode;
  },
};

function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 3 ? parts.join(' and ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
