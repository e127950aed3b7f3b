import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { reportWriter, type WriteReport } from '../adapters/aws/report-bucket.ts';
import { DynamoDbSessions } from '../adapters/dynamodb-sessions.ts';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import { runsOf } from '../core/gameday/runs.ts';
import type { RunId, SessionId } from '../core/ids.ts';
import type { SessionStore } from '../engine/gameday/ports.ts';
import type { Store } from '../engine/ports.ts';
import { renderGameDayHtml } from '../report/gameday/html.ts';
import { renderGameDayMarkdown } from '../report/gameday/markdown.ts';
import { sessionJson } from '../report/gameday/report.ts';
import { renderHtml } from '../report/html.ts';
import { type Reported, type ReportFile, reportKey } from '../report/link.ts';
import { renderMarkdown } from '../report/markdown.ts';
import type { RunRecord } from '../report/record.ts';
import { controllerEnvironment } from './environment.ts';
import { recordOf } from './run-record.ts';

export interface ReporterPorts {
  readonly store: Pick<Store, 'loadRun' | 'readJournal'>;
  readonly sessions: Pick<SessionStore, 'loadSession'>;
  readonly write: WriteReport;
  readonly version: string;
}

/** `not-ended`: it goes on, since an audit found something; it ends again. `unknown`: it is not stored any more. */
export type Reporting =
  { readonly result: 'written'; readonly key: string } | { readonly result: 'not-ended' | 'unknown' };

export function openReporter(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): ReporterPorts {
  const environment = controllerEnvironment(variables);
  const table = new DynamoDbTable(aws.get(DynamoDBClient), environment.controlTable, wait);
  return {
    store: new DynamoDbStore(table),
    sessions: new DynamoDbSessions(table),
    write: reportWriter(aws, environment.reportsBucket),
    version: environment.version,
  };
}

/** Writes what is stored of an end: however often it is asked for, the latest state is what lies there in the end. */
export function report(ports: ReporterPorts, ended: Reported): Promise<Reporting> {
  return 'run' in ended ? reportRun(ports, ended.run) : reportSession(ports, ended.session);
}

async function reportRun(ports: ReporterPorts, run: RunId): Promise<Reporting> {
  const record = await recordedRun(ports, run);
  if (record === undefined) return { result: 'unknown' };
  if (record.run.phase !== 'ended') return { result: 'not-ended' };
  return writeAll(ports, { run }, [
    ['run.json', JSON.stringify(record)],
    ['report.md', renderMarkdown(record)],
    ['report.html', await renderHtml(record)],
  ]);
}

async function reportSession(ports: ReporterPorts, id: SessionId): Promise<Reporting> {
  const stored = await ports.sessions.loadSession(id);
  if (stored === undefined) return { result: 'unknown' };
  const { session } = stored;
  if (session.phase !== 'ended') return { result: 'not-ended' };
  const runs: RunRecord[] = [];
  // One after the other: their journals may be long.
  for (const { run, state } of runsOf(session)) {
    const record = state === 'not-run' ? undefined : await recordedRun(ports, run);
    if (record !== undefined) runs.push(record);
  }
  const record = { session: { ...session, outbox: [] }, runs, inoculateVersion: ports.version };
  return writeAll(ports, { session: id }, [
    ['session.json', sessionJson(record)],
    ['report.md', renderGameDayMarkdown(record)],
    ['report.html', renderGameDayHtml(record)],
  ]);
}

async function recordedRun({ store, version }: ReporterPorts, id: RunId): Promise<RunRecord | undefined> {
  const stored = await store.loadRun(id);
  return stored === undefined ? undefined : recordOf(stored.run, await store.readJournal(id), version);
}

/** The page comes last: the link leads to it, and then the rest is there. */
async function writeAll(
  { write }: ReporterPorts,
  of: Reported,
  files: readonly (readonly [ReportFile, string])[],
): Promise<Reporting> {
  for (const [file, content] of files) await write(reportKey(of, file), content);
  return { result: 'written', key: reportKey(of) };
}
