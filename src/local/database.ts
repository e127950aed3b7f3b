import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { type Clock, pause } from './clock.ts';
import { addressOf } from './sandbox/runtime-api.ts';
import type { TableDefinition } from './service/model.ts';

/** DynamoDB in this process: dynalite, with its files in a folder, on a loopback port of its own. */
export interface Database {
  /** `http://127.0.0.1:…` */
  readonly endpoint: string;
  /** Creates a table unless it is there already; resolves when it can be used. */
  ensureTable(definition: Omit<TableDefinition, 'logicalId'>): Promise<void>;
  close(): Promise<void>;
}

type Dynalite = (options: {
  readonly path: string;
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}) => Server;

export async function openDatabase(folder: string, clock: Clock): Promise<Database> {
  mkdirSync(folder, { recursive: true });
  // dynalite has no types; the shape above is what its documentation says.
  const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${addressOf(server).port}`;
  return {
    endpoint,
    ensureTable: (definition) => ensureTable(endpoint, definition, clock),
    close: async () => {
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
      });
    },
  };
}

async function ensureTable(
  endpoint: string,
  definition: Omit<TableDefinition, 'logicalId'>,
  clock: Clock,
): Promise<void> {
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } =
    definition;
  const created = await call(endpoint, 'CreateTable', {
    TableName,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes,
    LocalSecondaryIndexes,
    BillingMode: 'PAY_PER_REQUEST',
  });
  if (created.status !== 200 && !created.text.includes('ResourceInUseException')) {
    throw new Error(`The table ${TableName} could not be created: ${created.text}`);
  }
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { text } = await call(endpoint, 'DescribeTable', { TableName });
    if (text.includes('"TableStatus":"ACTIVE"')) return;
    await pause(clock, 20);
  }
  throw new Error(`The table ${TableName} did not become active.`);
}

async function call(
  endpoint: string,
  operation: string,
  body: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      // The engine wants to see a signature; it verifies none.
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}
