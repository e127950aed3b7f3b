import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../../report/record.ts';
import { writeReport } from '../../report/write.ts';
import { UsageError } from '../command.ts';

const recordFile = 'record.json';

/** Takes away what an earlier run wrote here: should this one die, its report must not be mistaken for this one's. */
export async function clearOutputs(dir: string): Promise<void> {
  for (const file of [recordFile, 'report.html', 'report.md', 'report.json'])
    await rm(join(dir, file), { force: true });
}

/** Writes the record of a run and its reports. Returns the HTML report's path. */
export async function writeOutputs(dir: string, record: RunRecord): Promise<string> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, recordFile), JSON.stringify(record));
  return (await writeReport(dir, record)).html;
}

/** The record that an earlier run left in a folder. */
export function readRecordFile(dir: string): RunRecord {
  const path = join(dir, recordFile);
  if (!existsSync(path))
    throw new UsageError(
      `There is no finished run in "${dir}"`,
      `inoculate revert ${dir} finishes one whose host died`,
    );
  return JSON.parse(readFileSync(path, 'utf8')) as RunRecord;
}
