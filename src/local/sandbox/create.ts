import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import type { Logs } from '../logs.ts';
import type { SandboxEvents } from '../pool.ts';
import type { Prepared } from '../runtime/prepare.ts';
import type { LocalFunction } from '../service/model.ts';
import { environmentOf, type SandboxCredentials, type SandboxFolders } from './environment.ts';
import { launch } from './launch.ts';
import { Sandbox } from './sandbox.ts';

export interface SandboxFactory {
  readonly clock: Clock;
  readonly logs: Logs;
  readonly prepared: Prepared;
  readonly region: string;
  /** An empty folder. */
  readonly mountPoint: string;
  /** Where sandboxes without namespaces have their /tmp. */
  readonly temporaryDir: string;
  /** The folder that becomes /opt. */
  readonly layerDir: string | undefined;
  /** An exec wrapper below /opt that is put before the function's own; see `environmentOf`. */
  readonly wrapper: string | undefined;
  readonly credentials: SandboxCredentials;
  /** Bundles by function key. */
  readonly code: Readonly<Record<string, string>>;
  /** Packages that are not in the bundles. */
  readonly modules: string | undefined;
  /** Variables that the host adds for every function. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  readonly extraEnvironment: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** One sandbox of a function, not yet started. */
export function createSandbox(factory: SandboxFactory, fn: LocalFunction, events: SandboxEvents): Sandbox {
  const { clock, logs, prepared } = factory;
  const folders = foldersOf(factory, fn);
  return new Sandbox({
    clock,
    arn: fn.arn,
    timeoutS: fn.timeoutS,
    memoryMb: fn.memoryMb,
    launch: (runtimeApi) =>
      launch({
        isolation: prepared.isolation,
        folders,
        mountPoint: factory.mountPoint,
        launcher: prepared.launcher,
        temporaryMb: fn.ephemeralStorageMb,
        // Lambda leaves a tenth of the memory to everything that is not JavaScript's heap.
        nodeOptions: [`--max-old-space-size=${Math.floor(fn.memoryMb * 0.9)}`],
        environment: environmentOf({
          fn,
          region: factory.region,
          isolation: prepared.isolation,
          folders,
          runtimeApi,
          logStream: logStreamName(clock),
          host: factory.hostEnvironment,
          extra: factory.extraEnvironment[fn.key] ?? {},
          credentials: factory.credentials,
          wrapper: factory.wrapper,
        }),
      }),
    onOutput: logs.sink(fn.key, (line) => ({ kind: 'function', functionKey: fn.key, line })),
    onIdle: () => events.onIdle(),
    onEnd: (failure) => {
      if (folders.temporary !== undefined) rmSync(folders.temporary, { recursive: true, force: true });
      events.onEnd(failure);
    },
  });
}

function foldersOf(factory: SandboxFactory, fn: LocalFunction): SandboxFolders {
  const { prepared, code, modules, layerDir, temporaryDir } = factory;
  const node = prepared.nodes[fn.key];
  const task = code[fn.key];
  if (node === undefined || task === undefined) throw new Error(`Function ${fn.key} was not prepared.`);
  const temporary =
    prepared.isolation === 'environment' ? mkdtempSync(path.join(temporaryDir, `${fn.key}-`)) : undefined;
  return { task, modules, runtime: prepared.client.folder, opt: layerDir, node: node.file, temporary };
}

function logStreamName(clock: Clock): string {
  const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}
