import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { AsyncInvocations } from './async-invocations.ts';
import { attachModules, bundle } from './bundle.ts';
import { pause, systemClock } from './clock.ts';
import { type Database, openDatabase } from './database.ts';
import { serveInvokeApi } from './invoke-api.ts';
import { Logs } from './logs.ts';
import { Pool } from './pool.ts';
import { startHelpers, withPorts } from './processes.ts';
import { resultOf } from './result.ts';
import { prepareRuntime } from './runtime/prepare.ts';
import { createSandbox, type SandboxFactory } from './sandbox/create.ts';
import type { LocalFunction, LocalService } from './service/model.ts';
import type { HostOptions, LocalHost } from './types.ts';

export type * from './types.ts';

/** The table from which the layer reads doses and to which it writes telemetry; made at the start, with a layer. */
export const functionTableName = 'inoculate-functions';

const layerWrapper = 'inoculate/wrapper';
/** The embedded services take any; the real ones would refuse these. */
const placeholders = { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'local' };
const clock = systemClock;
const idleSandboxMs = 5 * 60_000;
const asyncRetryDelaysMs = [1000, 2000];
const maxQueuedEvents = 1000;
const pollMs = 25;

/** Sixteen per core, as long as a quarter of the memory holds them at 128 MB each. */
export function defaultMaxSandboxes(cores = availableParallelism(), memoryBytes = totalmem()): number {
  return Math.max(4, Math.min(cores * 16, Math.floor(memoryBytes / 4 / (128 * 1024 * 1024))));
}

/**
 * Starts a service on this machine: database, helper processes, the Invoke API. Sandboxes start as invocations come.
 * Where one part does not start, everything that did is ended, and the error thrown.
 */
export async function startHost(options: HostOptions): Promise<LocalHost> {
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    // Last opened, first closed: sandboxes before the database that they use.
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await open(options, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function open(
  options: HostOptions,
  closers: (() => Promise<void>)[],
  closeAll: () => Promise<void>,
): Promise<LocalHost> {
  const { service } = options;
  const folders = prepareFolders(options);
  const prepared = prepareFor(options, folders.mountPoint);
  const logs = new Logs(options.logDir, options.onLog);
  closers.push(() => logs.close());
  const code = await bundle(service, folders.code);
  const modules = attachModules(service, code, prepared.isolation);
  const database = await openDatabase(folders.database, clock);
  closers.push(() => database.close());
  await createTables(database, options);
  const helpers = await startHelpers(service.processes, service.dir, logs, clock);
  closers.push(() => helpers.stop());

  // Filled in once the Invoke API listens, and before anything can be invoked.
  const hostEnvironment: Record<string, string> = {};
  const factory: SandboxFactory = {
    clock,
    logs,
    prepared,
    region: service.region,
    mountPoint: folders.mountPoint,
    temporaryDir: folders.temporary,
    layerDir: options.layerDir === undefined ? undefined : path.resolve(options.layerDir),
    wrapper: options.layerDir === undefined ? undefined : layerWrapper,
    credentials: placeholders,
    code,
    modules,
    hostEnvironment,
    extraEnvironment: options.extraEnvironment ?? {},
  };
  const functions = new Map(
    Object.values(service.functions).map((fn) => [fn.key, ported(fn, helpers.ports)]),
  );
  const pool = new Pool({
    clock,
    maxSandboxes: options.maxSandboxes ?? defaultMaxSandboxes(),
    maxStarting: availableParallelism() * 2,
    idleMs: options.idleSandboxMs ?? idleSandboxMs,
    create: (key, events) => createSandbox(factory, known(functions, key), events),
  });
  closers.push(() => pool.stop());
  const asynchronous = new AsyncInvocations({
    clock,
    pool,
    logs,
    retryDelaysMs: options.asyncRetryDelaysMs ?? asyncRetryDelaysMs,
    maxQueued: maxQueuedEvents,
  });
  const api = await serveInvokeApi({ service, pool, asynchronous, logs });
  closers.push(() => api.close());
  Object.assign(hostEnvironment, endpoints(options, database.endpoint, api.endpoint));

  let stopping: Promise<void> | undefined;
  return {
    runtime: prepared.report,
    dynamodbEndpoint: database.endpoint,
    lambdaEndpoint: api.endpoint,
    invoke: async (key, event, requestId) => {
      known(functions, key);
      return resultOf(await pool.invoke(key, JSON.stringify(event ?? null), requestId));
    },
    keepReady: async (key, count, signal) => {
      known(functions, key);
      pool.keep(key, count);
      while (!signal.aborted && pool.count('queued', 'starting') > 0) await pause(clock, pollMs, signal);
    },
    stop: () => {
      // The pool first, so that events which are under way see it stopped and end.
      stopping ??= pool
        .stop()
        .then(() => asynchronous.stop())
        .then(closeAll);
      return stopping;
    },
  };
}

function prepareFor(options: HostOptions, mountPoint: string): ReturnType<typeof prepareRuntime> {
  return prepareRuntime({
    service: options.service,
    runtimeDir: options.runtimeDir,
    only: options.runtimeClient,
    requireNative: options.requireNativeRuntime === true,
    isolation: options.isolation,
    mountPoint,
  });
}

function prepareFolders({ stateDir, layerDir }: HostOptions): {
  readonly code: string;
  readonly database: string;
  readonly mountPoint: string;
  readonly temporary: string;
} {
  const wrapper = layerDir === undefined ? undefined : path.join(layerDir, layerWrapper);
  if (wrapper !== undefined && !existsSync(wrapper)) {
    throw new Error(`The layer is not built: ${wrapper} is not there. Run "npm run build" first.`);
  }
  const at = (name: string): string => path.resolve(stateDir, name);
  const folders = {
    code: at('code'),
    database: at('dynamodb'),
    mountPoint: at('root'),
    temporary: at('tmp'),
  };
  // What sandboxes of an earlier host left, if that was killed.
  rmSync(folders.temporary, { recursive: true, force: true });
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

async function createTables(database: Database, { service, layerDir }: HostOptions): Promise<void> {
  for (const table of service.tables) await database.ensureTable(table);
  if (layerDir === undefined) return;
  await database.ensureTable({
    TableName: functionTableName,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
}

/** With the ports of the helper processes in its variables. */
function ported(fn: LocalFunction, ports: Readonly<Record<string, number>>): LocalFunction {
  const entries = Object.entries(fn.environment).map(
    ([name, value]) => [name, withPorts(value, ports)] as const,
  );
  return { ...fn, environment: Object.fromEntries(entries) };
}

function known(functions: ReadonlyMap<string, LocalFunction>, key: string): LocalFunction {
  const fn = functions.get(key);
  if (fn !== undefined) return fn;
  throw new Error(`The service has no function "${key}"; it has ${[...functions.keys()].join(', ')}.`);
}

function endpoints(options: HostOptions, dynamodb: string, lambda: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: lambda,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: lambda,
    ...(options.layerDir === undefined
      ? {}
      : { INOCULATE_TABLE: functionTableName, INOCULATE_DYNAMODB_ENDPOINT: dynamodb }),
  };
}

export type { LocalService };
