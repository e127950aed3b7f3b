import type { RunId } from '../../core/ids.ts';
import { reportJson, reportOf } from '../../report/report.ts';
import type { RunRecord } from '../../report/record.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOf } from '../run/exit-code.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { Progress } from '../run/progress.ts';
import { follow } from './follow.ts';
import type { Remote } from './remote.ts';
import { recordOf } from './runs.ts';

interface WatchOptions {
  readonly json: boolean;
  /** What is known when the watching ends, be it with the run or before. */
  readonly onEnd?: (record: RunRecord) => Promise<void>;
}

/** Watches a run to its end, for `watch` and `start --wait`. Ctrl-C ends the watching alone. */
export async function watchRun(
  remote: Remote,
  id: RunId,
  context: CliContext,
  { json, onEnd }: WatchOptions,
): Promise<ExitCode> {
  const progress = new Progress(context, json ? context.stderr : context.stdout);
  const watching = new AbortController();
  const leave = (): Promise<void> => Promise.resolve(watching.abort());
  const letGo = onInterrupt({
    first: leave,
    second: leave,
    onError: (error) => progress.error('leaving', error),
  });
  try {
    const { run, journal } = await follow(remote, id, progress, watching.signal);
    progress.stop();
    const record = recordOf(run, journal);
    await onEnd?.(record);
    if (run.phase !== 'ended') {
      progress.say([`The run goes on. To end it: inoculate abort ${id}${stageOption(remote)}`]);
      return exitCodes.interrupted;
    }
    tellEnd(record, progress, context, json);
    return exitCodeOf(run);
  } finally {
    progress.stop();
    letGo();
  }
}

/** The verdict, and what became of the changes; as JSON the report. */
export function tellEnd(record: RunRecord, progress: Progress, { stdout }: CliContext, json: boolean): void {
  const report = reportOf(record);
  if (json) stdout.write(reportJson(record));
  else progress.say(['', report.sentence, report.reverts.sentence]);
}

/** For commands that are shown to be copied. */
export function stageOption({ stage }: Pick<Remote, 'stage'>): string {
  return stage === 'dev' ? '' : ` --stage ${stage}`;
}
