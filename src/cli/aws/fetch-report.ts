import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runsOf } from '../../core/gameday/runs.ts';
import type { RunId, SessionId } from '../../core/ids.ts';
import { renderGameDayHtml } from '../../report/gameday/html.ts';
import { renderGameDayMarkdown } from '../../report/gameday/markdown.ts';
import { gameDayReportOf, sessionJson } from '../../report/gameday/report.ts';
import type { Reported } from '../../report/link.ts';
import type { RunRecord } from '../../report/record.ts';
import { describeVerdict } from '../../report/sentences.ts';
import { UsageError } from '../command.ts';
import { writeOutputs } from '../run/outputs.ts';
import { packageVersion } from '../version.ts';
import { ask } from './ask.ts';
import type { Remote } from './remote.ts';
import { fetchRun, recordOf } from './runs.ts';
import { reportsPlace, storedFile } from './stored-report.ts';

export interface FetchedReport {
  readonly sentence: string;
  /** The path of the page. */
  readonly html: string;
  readonly from: 'bucket' | 'stored-state';
}

/** Writes a report into a folder: as the controller has stored it, else made from the stored run. */
export async function fetchReport(remote: Remote, of: Reported, dir: string): Promise<FetchedReport> {
  const stored = await storedReport(remote, of, dir);
  if (stored !== undefined) return { ...stored, from: 'bucket' };
  if ('session' in of) return { ...(await reportOfSession(remote, of.session, dir)), from: 'stored-state' };
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

/** From the stored session, and those of its runs that are stored. */
async function reportOfSession(
  remote: Remote,
  id: SessionId,
  dir: string,
): Promise<{ readonly sentence: string; readonly html: string }> {
  const answer = await ask(remote, { inoculate: 'session/1', session: id });
  if (answer.result === 'unknown-session') throw noReport(remote, id);
  const runs: RunRecord[] = [];
  for (const { run, state } of runsOf(answer.session)) {
    const record = state === 'not-run' || state === 'waiting' ? undefined : await runIfStored(remote, run);
    if (record !== undefined) runs.push(record);
  }
  const record = { session: answer.session, runs, inoculateVersion: packageVersion() };
  const html = join(dir, 'report.html');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'session.json'), sessionJson(record));
  await writeFile(join(dir, 'report.md'), renderGameDayMarkdown(record));
  await writeFile(html, renderGameDayHtml(record));
  return { sentence: gameDayReportOf(record).sentence, html };
}

async function runIfStored(remote: Remote, id: RunId): Promise<RunRecord | undefined> {
  try {
    const { run, journal } = await fetchRun(remote, id);
    return recordOf(run, journal);
  } catch (error) {
    // What is not stored any more is left out, and the report says so.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Written by the controller, and by nobody else. */
function sentenceOf(of: Reported, data: string): string {
  return 'run' in of
    ? describeVerdict(JSON.parse(data) as RunRecord).sentence
    : (JSON.parse(data) as { readonly sentence: string }).sentence;
}

function noReport({ stage }: Remote, session: SessionId): UsageError {
  return new UsageError(
    `There is no session ${session} at stage ${stage}, and no report of it that you may read`,
    'sessions are kept for 90 days after their end, and their reports for longer, in the bucket of reports',
  );
}
