import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { reportWriter, type WriteReport } from '../adapters/aws/report-bucket.ts';
import { DynamoDbStore } from '../adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../adapters/dynamodb-table.ts';
import { wait } from '../adapters/system-clock.ts';
import { AwsClients } from '../aws/clients.ts';
import type { RunId } from '../core/ids.ts';
import type { Store } from '../engine/ports.ts';
import { renderHtml } from '../report/html.ts';
import { reportKey } from '../report/link.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { controllerEnvironment } from './environment.ts';
import { recordOf } from './run-record.ts';

export interface ReporterPorts {
  readonly store: Pick<Store, 'loadRun' | 'readJournal'>;
  readonly write: WriteReport;
  readonly version: string;
}

/** `not-ended`: the run goes on, since an audit found something; it ends again. `unknown-run`: it is not stored any more. */
export type Reporting =
  { readonly result: 'written'; readonly key: string } | { readonly result: 'not-ended' | 'unknown-run' };

export function openReporter(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  aws: AwsClients = new AwsClients({ maxAttempts: 3 }),
): ReporterPorts {
  const environment = controllerEnvironment(variables);
  const table = new DynamoDbTable(aws.get(DynamoDBClient), environment.controlTable, wait);
  return {
    store: new DynamoDbStore(table),
    write: reportWriter(aws, environment.reportsBucket),
    version: environment.version,
  };
}

/** Writes what is stored of an ended run: however often it is asked for, the latest state is what lies there in the end. */
export async function reportRun({ store, write, version }: ReporterPorts, id: RunId): Promise<Reporting> {
  const stored = await store.loadRun(id);
  if (stored === undefined) return { result: 'unknown-run' };
  if (stored.run.phase !== 'ended') return { result: 'not-ended' };
  const record = recordOf(stored.run, await store.readJournal(id), version);
  // The page comes last: the link leads to it, and then the rest is there.
  await write(reportKey({ run: id }, 'run.json'), JSON.stringify(record));
  await write(reportKey({ run: id }, 'report.md'), renderMarkdown(record));
  const key = reportKey({ run: id });
  await write(key, await renderHtml(record));
  return { result: 'written', key };
}
