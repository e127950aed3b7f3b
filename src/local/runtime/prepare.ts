import path from 'node:path';
import type { LocalFunction, LocalService } from '../service/model.ts';
import type { Isolation, RuntimeClient, RuntimeReport } from '../types.ts';
import { type FoundClient, findClient } from './client.ts';
import { namespacesRefused } from './isolation.ts';
import { findNode, type NodeBinary } from './node-binary.ts';
import { packageRoot } from './package-root.ts';

/** Of whose functions the runtimes are prepared. */
export interface PreparedService {
  readonly dir: LocalService['dir'];
  readonly functions: Readonly<Record<string, Pick<LocalFunction, 'key' | 'runtime'>>>;
}

export interface PrepareOptions {
  readonly service: PreparedService;
  readonly runtimeDir: string | undefined;
  readonly only: RuntimeClient | undefined;
  readonly requireNative: boolean;
  readonly isolation: Isolation | undefined;
  /** An empty folder for the probe of namespaces. */
  readonly mountPoint: string;
}

/** What every sandbox of this host is started with. */
export interface Prepared {
  readonly client: FoundClient;
  readonly launcher: string;
  readonly isolation: Isolation;
  /** By function key. */
  readonly nodes: Readonly<Record<string, NodeBinary>>;
  readonly report: RuntimeReport;
}

/** Finds out what this machine can do. Throws where less was found than was asked for. */
export function prepareRuntime(options: PrepareOptions): Prepared {
  const { service } = options;
  const packageDir = packageRoot();
  const runtimeDir = options.runtimeDir ?? path.join(packageDir, 'dist/runtime');
  const only = options.requireNative ? 'native' : (options.only ?? clientFromEnvironment());
  const client = findClient({
    configured: process.env['INOCULATE_RIC_DIR'],
    serviceDir: service.dir,
    packageDir,
    runtimeDir,
    ...(only === undefined ? {} : { only }),
  });
  const functions = Object.values(service.functions);
  const nodes = Object.fromEntries(
    functions.map((fn) => [fn.key, findNode(fn.runtime, packageDir, service.dir)] as const),
  );
  const launcher = path.join(runtimeDir, 'launch/launch.sh');
  const refused = options.isolation === 'environment' ? undefined : probe(options, client, launcher);
  if (refused !== undefined && options.isolation === 'namespace') {
    throw new Error(`Sandboxes cannot have namespaces of their own here: ${refused}.`);
  }
  const isolation = options.isolation ?? (refused === undefined ? 'namespace' : 'environment');
  const report: RuntimeReport = {
    client: client.client,
    detail: client.detail,
    node: Object.fromEntries(Object.entries(nodes).map(([key, { version }]) => [key, version])),
    isolation,
    notes: [...nodeNotes(service, nodes), ...isolationNotes(isolation, refused), ...clientNotes(client)],
  };
  return { client, launcher, isolation, nodes, report };
}

const runtimeClients: readonly RuntimeClient[] = ['native', 'javascript', 'own-loop'];

/** INOCULATE_RUNTIME_CLIENT: for a service whose callback handlers AWS's published client refuses, say. */
function clientFromEnvironment(): RuntimeClient | undefined {
  const value = process.env['INOCULATE_RUNTIME_CLIENT'] ?? '';
  if (value === '') return undefined;
  const known = runtimeClients.find((client) => client === value);
  if (known !== undefined) return known;
  throw new Error(`INOCULATE_RUNTIME_CLIENT is "${value}"; it can be ${runtimeClients.join(', ')}.`);
}

function probe(
  { mountPoint, service }: PrepareOptions,
  client: FoundClient,
  launcher: string,
): string | undefined {
  return namespacesRefused({
    isolation: 'namespace',
    folders: {
      task: service.dir,
      modules: undefined,
      runtime: client.folder,
      opt: undefined,
      node: process.execPath,
      temporary: undefined,
    },
    mountPoint,
    launcher,
    temporaryMb: 1,
    nodeOptions: [],
    environment: {},
  });
}

function nodeNotes(service: PreparedService, nodes: Readonly<Record<string, NodeBinary>>): string[] {
  const wrong = Object.values(service.functions).filter((fn) => nodes[fn.key]?.asDeclared === false);
  return [...new Set(wrong.map((fn) => fn.runtime))].map((runtime) => {
    const keys = wrong.flatMap((fn) => (fn.runtime === runtime ? [fn.key] : [])).join(', ');
    const major = runtime.slice(6, 8);
    return `${keys}: declared ${runtime}, run by Node ${process.versions.node}; "npm install --save-dev node@${major}" in the service gives them theirs.`;
  });
}

function isolationNotes(isolation: Isolation, refused: string | undefined): string[] {
  if (isolation === 'namespace') return [];
  const why = refused === undefined ? '' : ` (${refused})`;
  return [
    `Without namespaces${why} the functions see real folders, named by LAMBDA_TASK_ROOT and the like, instead of /var/task, /opt and a /tmp of their own.`,
  ];
}

function clientNotes({ client }: FoundClient): string[] {
  return client === 'own-loop' ? ['Response streaming needs aws-lambda-ric, which was not found.'] : [];
}
