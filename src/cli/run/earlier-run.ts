import { DatabaseInUseError } from '../../local/database.ts';
import { recoverRuns, type RecoverOptions } from '../../local/recover.ts';
import type { RunRecord } from '../../report/record.ts';
import { UsageError } from '../command.ts';
import { writeOutputs } from './outputs.ts';

/** A run that was finished in place of its host, with the path of its report. */
export interface FinishedRun {
  readonly record: RunRecord;
  readonly html: string;
}

/** Takes back what runs in this folder left behind, ends them and writes their reports. */
export async function finishEarlierRuns(options: RecoverOptions): Promise<readonly FinishedRun[]> {
  const records = await whereFree(options.outDir, () => recoverRuns(options));
  const finished: FinishedRun[] = [];
  // One folder, one report: the latest run's stays.
  for (const record of records) finished.push({ record, html: await writeOutputs(options.outDir, record) });
  return finished;
}

/** Says so where the folder belongs to a run that is going on. */
export async function whereFree<T>(outDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseInUseError)) throw error;
    throw new UsageError(
      `Another run is going on in "${outDir}"`,
      'Ctrl-C in its terminal ends it and takes its faults back; --out DIR chooses another folder',
    );
  }
}
