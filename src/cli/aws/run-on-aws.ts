import { join, resolve } from 'node:path';
import type { RunId } from '../../core/ids.ts';
import { explainFault } from '../../faults/explain.ts';
import { reportJson, reportOf } from '../../report/report.ts';
import { type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatProblems } from '../input/format-problems.ts';
import { exitCodeOf } from '../run/exit-code.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { writeOutputs } from '../run/outputs.ts';
import type { PipelineFiles } from '../run/pipeline-files.ts';
import { Progress } from '../run/progress.ts';
import { stageOf } from '../stage-option.ts';
import { ask, askToStop } from './ask.ts';
import { type ExperimentFile, readExperimentFiles, registerFiles } from './experiment-files.ts';
import { follow, type Followed } from './follow.ts';
import { withRemote } from './options.ts';
import type { Remote } from './remote.ts';
import { recordOf } from './runs.ts';
import { reportAt } from './stored-report.ts';
import { startRun } from './start-run.ts';
import { tellProblems } from './tell-problems.ts';
import { stageOption } from './watch-run.ts';
import { whoAsks } from './who.ts';
import { inPlaceWords, stillInPlace } from './words.ts';

/** On AWS the traffic is the application's own, and the length is the file's. */
const onlyLocal = ['workload', 'duration', 'warm-up', 'max-sandboxes'] as const;

/** Registers an experiment, starts a run, watches it and writes its report. Ctrl-C aborts the run. */
export async function runOnAws(input: Input, context: CliContext, files: PipelineFiles): Promise<ExitCode> {
  for (const name of onlyLocal)
    if (input.value(name) !== undefined)
      throw new UsageError(
        `--${name} is for one machine`,
        'add --local, or leave it out: on AWS the file decides',
      );
  const json = input.flag('json');
  const read = readExperimentFiles(input.args, stageOf(input), context);
  if (!read.ok) return tellProblems(read.problems, json, context);
  const [file] = read.files;
  if (file === undefined) throw new UsageError('Which experiment?', 'inoculate run FILE');
  return withRemote(input, context, async (remote) => {
    const progress = new Progress(context, json ? context.stderr : context.stdout);
    try {
      const by = await whoAsks(remote, input, context);
      if (!(await registered(remote, file, by, progress, context))) return exitCodes.badInput;
      const { run, journal } = await startedAndWatched(remote, file.experiment.name, by, progress);
      const record = recordOf(run, journal);
      progress.stop();
      const outDir = resolve(context.cwd, input.value('out') ?? join('.inoculate', file.experiment.name));
      const html = await writeOutputs(outDir, record);
      await files.write(record, await reportAt(remote, run.id));
      const { sentence, reverts } = reportOf(record);
      if (json) context.stdout.write(reportJson(record));
      else progress.say(['', sentence, reverts.sentence, `report: ${html}`]);
      return exitCodeOf(run);
    } finally {
      progress.stop();
    }
  });
}

async function registered(
  remote: Remote,
  file: ExperimentFile,
  by: string,
  progress: Progress,
  { stderr, color }: CliContext,
): Promise<boolean> {
  const { experiment } = file;
  progress.line(`experiment ${experiment.name}: ${experiment.hypothesis}`);
  for (const fault of experiment.faults) progress.line(`fault: ${explainFault(fault)}`);
  const [result] = await registerFiles(remote, [file], by);
  if (result === undefined || result.result === 'refused') {
    progress.stop();
    stderr.write(`${formatProblems(result?.problems ?? [], { color })}\n`);
    return false;
  }
  progress.line(`registered at stage ${remote.stage}: ${result.result}, version ${result.version}`);
  return true;
}

/**
 * The first Ctrl-C aborts, also while the start is under way; the second says what is left and leaves. The controller goes
 * on in either case.
 */
async function startedAndWatched(
  remote: Remote,
  name: string,
  by: string,
  progress: Progress,
): Promise<Followed> {
  let id: RunId | undefined;
  let stop = false;
  const abort = async (run: RunId): Promise<void> => {
    progress.line('stopping: the faults are being taken back (Ctrl-C again leaves at once)');
    await askToStop(remote, { inoculate: 'abort/1', run, by });
  };
  const letGo = onInterrupt({
    first: async () => {
      stop = true;
      if (id !== undefined) await abort(id);
    },
    second: () => leave(remote, id, progress),
    onError: (error) =>
      progress.line(
        `ATTENTION the run was not stopped: ${error instanceof Error ? error.message : String(error)}. Try inoculate abort ${id ?? name}${stageOption(remote)}, or the kill switch`,
      ),
  });
  try {
    id = await startRun(remote, name, by);
    progress.line(`run ${id}`);
    if (stop) await abort(id);
    return await follow(remote, id, progress, new AbortController().signal);
  } finally {
    letGo();
  }
}

async function leave(remote: Remote, id: RunId | undefined, progress: Progress): Promise<void> {
  const answer = id === undefined ? undefined : await ask(remote, { inoculate: 'show/1', run: id });
  const inPlace = answer?.result === 'run' ? stillInPlace(answer.run) : [];
  progress.stop();
  progress.line(
    `leaving: ${inPlaceWords(inPlace)}. The controller goes on; inoculate watch ${id ?? 'NAME'}${stageOption(remote)} shows the end`,
  );
}
