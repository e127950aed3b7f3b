import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../../core/ids.ts';
import type { Reported } from '../../report/link.ts';
import type { RunRecord } from '../../report/record.ts';
import { describeVerdict } from '../../report/sentences.ts';
import { UsageError } from '../command.ts';
import { writeOutputs } from '../run/outputs.ts';
import type { Remote } from './remote.ts';
import { fetchRun, recordOf } from './runs.ts';
import { reportsPlace, storedFile } from './stored-report.ts';

export interface FetchedReport {
  readonly sentence: string;
  /** The path of the page. */
  readonly html: string;
  readonly from: 'bucket' | 'stored-state';
}

/** The id of a game day's session. */
export function isSession(text: string): boolean {
  return /^[a-z][a-z0-9-]*\.session\.[A-Za-z0-9:_-]+$/.test(text);
}

/** Writes a report into a folder: as the controller has stored it, else made from the stored run. */
export async function fetchReport(remote: Remote, of: Reported, dir: string): Promise<FetchedReport> {
  const stored = await storedReport(remote, of, dir);
  if (stored !== undefined) return { ...stored, from: 'bucket' };
  if ('session' in of) throw noReport(remote, of.session);
  const { run, journal } = await fetchRun(remote, of.run);
  const record = recordOf(run, journal);
  return {
    sentence: describeVerdict(record).sentence,
    html: await writeOutputs(dir, record),
    from: 'stored-state',
  };
}

/** The page comes last into the bucket: where it is, the rest is. */
async function storedReport(
  remote: Remote,
  of: Reported,
  dir: string,
): Promise<{ readonly sentence: string; readonly html: string } | undefined> {
  const place = await reportsPlace(remote);
  const json = 'run' in of ? 'run.json' : 'session.json';
  const [page, markdown, data] = await Promise.all(
    (['report.html', 'report.md', json] as const).map((file) => storedFile(remote, place, of, file)),
  );
  if (page === undefined || markdown === undefined || data === undefined) return undefined;
  await mkdir(dir, { recursive: true });
  // With the run's record beside it, "inoculate report DIR" makes the report anew.
  await writeFile(join(dir, 'run' in of ? 'record.json' : json), data);
  await writeFile(join(dir, 'report.md'), markdown);
  const html = join(dir, 'report.html');
  await writeFile(html, page);
  return { sentence: sentenceOf(of, data), html };
}

/** Written by the controller, and by nobody else. */
function sentenceOf(of: Reported, data: string): string {
  return 'run' in of
    ? describeVerdict(JSON.parse(data) as RunRecord).sentence
    : (JSON.parse(data) as { readonly sentence: string }).sentence;
}

function noReport({ stage }: Remote, session: SessionId): UsageError {
  return new UsageError(
    `There is no report of session ${session} at stage ${stage}, or you may not read the bucket of reports`,
    'reports are written when a session has ended; "inoculate gameday status" shows how it stands',
  );
}
