import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
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

const require = createRequire(import.meta.url);

/** The parts of the package `level` that are used here: dynalite's own store. */
type Level = new (folder: string) => { open(): Promise<void>; close(): Promise<void> };

/** Another process, most likely a run that is still going on, has the database open. */
export class DatabaseInUseError extends Error {
  override readonly name = 'DatabaseInUseError';
  readonly code = 'database-in-use';

  constructor(folder: string, options: ErrorOptions) {
    super(`Another process is using the database in ${folder}.`, options);
  }
}

/** Rejects with DatabaseInUseError where another process has it open. */
export async function openDatabase(folder: string, clock: Clock): Promise<Database> {
  mkdirSync(folder, { recursive: true });
  await requireUnused(folder);
  // dynalite has no types; the shape above is what its documentation says.
  const dynalite = require('dynalite') as Dynalite;
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

/** Deletes a database, if there is one. Rejects with DatabaseInUseError where another process has it open. */
export async function eraseDatabase(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await requireUnused(folder);
  await rm(folder, { recursive: true });
}

/** dynalite itself would end the whole process, at its first request, with an error that says nothing. */
async function requireUnused(folder: string): Promise<void> {
  const { Level } = createRequire(require.resolve('dynalite'))('level') as { readonly Level: Level };
  const level = new Level(folder);
  try {
    await level.open();
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED')
      throw new DatabaseInUseError(folder, { cause });
    throw error;
  }
  await level.close();
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
