import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, wait } from '../adapters/system-clock.ts';
import type { RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import { runIdOf } from '../core/run-id.ts';
import type { Run } from '../core/run.ts';
import type { Experiment, Workload } from '../generated/types.ts';
import type { RunEnvironment, RunRecord } from '../report/record.ts';
import { pause, systemClock as hostClock } from './clock.ts';
import { openController, type LocalController, type Look, type Probed } from './controller.ts';
import { eraseDatabase } from './database.ts';
import { startHost, type LocalHost } from './host.ts';
import { makeReady } from './session/make-ready.ts';
import { localProbes } from './signals.ts';
import { requestOf } from './session/request.ts';
import { Stop } from './session/stop.ts';
import { rampUpMsOf, sendTraffic, setUp } from './session/traffic.ts';
import type { LocalService } from './service.ts';
import { localTargets } from './targets.ts';
import { WarmUp } from './warm-up.ts';

export interface LocalRunOptions {
  readonly experiment: Experiment;
  readonly service: LocalService;
  readonly workload: Workload;
  /** Relative paths in the workload start here. */
  readonly workloadDir: string;
  readonly outDir: string;
  /** Folder that appears as /opt in the functions. */
  readonly layerDir: string;
  readonly stage: string;
  readonly seed: number;
  /** Traffic before the run starts; without it, until sandboxes are warm. */
  readonly warmUpMs: number | undefined;
  readonly maxSandboxes: number | undefined;
  readonly requireNativeRuntime: boolean;
  readonly environment: Pick<RunEnvironment, 'faults' | 'workload' | 'inoculateVersion'>;
  readonly listener: RunListener;
}

/** Follows a run as it goes. */
export interface RunListener {
  hostReady(host: LocalHost): void;
  /** The run is requested once the service is warm. */
  warmingUp(): void;
  /** The run as it is stored, every now and then. */
  state(run: Run): void;
  change(change: RunStateChange): void;
  look(look: Look): void;
  probed(probed: Probed): void;
  page(message: string): void;
  error(what: string, error: unknown): void;
}

export interface LocalRun {
  readonly id: RunId;
  /** Ends the run early, by way of reverting; one that was not requested yet ends as refused. */
  abort(by: string): Promise<void>;
  /** The run as it is stored now. */
  current(): Promise<Run | undefined>;
  /** Resolves when the run has ended and every process is gone. */
  readonly finished: Promise<RunRecord>;
}

/** How often the session looks whether its run has ended. */
const pollMs = 200;

/**
 * Runs an experiment on this machine: functions, database, traffic and the engine, until the run has ended. Begins with
 * an empty database, so that what earlier runs left in it makes no difference; rejects with DatabaseInUseError where
 * another run is going on in this folder.
 */
export async function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  const { service, outDir } = options;
  await mkdir(outDir, { recursive: true });
  await eraseDatabase(databaseDirOf(outDir));
  const host = await startHost({
    service,
    stateDir: stateDirOf(outDir),
    logDir: join(outDir, 'logs'),
    layerDir: options.layerDir,
    requireNativeRuntime: options.requireNativeRuntime,
    ...(options.maxSandboxes === undefined ? {} : { maxSandboxes: options.maxSandboxes }),
  });
  try {
    return await begin(options, host);
  } catch (error) {
    await host.stop();
    throw error;
  }
}

async function begin(options: LocalRunOptions, host: LocalHost): Promise<LocalRun> {
  const { experiment, service, outDir, listener } = options;
  listener.hostReady(host);
  const environment = environmentOf(options, host);
  await writeFile(environmentFileOf(outDir), JSON.stringify(environment, null, 2));
  const controller = await openController({
    dynamodbEndpoint: host.dynamodbEndpoint,
    targets: localTargets(experiment, service),
    onChange: (change) => listener.change(change),
    probes: localProbes(host, service),
    onLook: (look) => listener.look(look),
    onProbed: (probed) => listener.probed(probed),
    onPage: (message) => listener.page(message),
    onError: (what, error) => listener.error(what, error),
  });
  const at = systemClock.now();
  const slot = { kind: 'manual', id: new Date(at).toISOString(), at } as const;
  const id = runIdOf(experiment.name, slot);
  const stop = new Stop(controller, id);
  const run = async (): Promise<RunRecord> => {
    const trafficOver = new AbortController();
    let traffic: Promise<unknown> = Promise.resolve();
    try {
      await setUp(service, host);
      listener.warmingUp();
      if (options.warmUpMs === undefined) await makeReady(options, host, stop.asked);
      const warmUp = new WarmUp(rampUpMsOf(options.workload));
      traffic = sendTraffic(options, host, warmUp, trafficOver.signal);
      // Traffic ends by itself only where it fails.
      await Promise.race([warm(options, warmUp, stop.asked), traffic]);
      await controller.engine.request(requestOf(options, { id, slot, stopped: stop.asked.aborted }));
      await stop.repeat();
      await untilOver(controller, id, (current) => listener.state(current));
      return await readRecord(controller, id, environment);
    } finally {
      trafficOver.abort();
      await traffic;
      controller.stop();
    }
  };
  return {
    id,
    finished: run().finally(() => host.stop()),
    current: async () => (await controller.store.loadRun(id))?.run,
    abort: (by) => stop.ask(by),
  };
}

function warm({ warmUpMs }: LocalRunOptions, warmUp: WarmUp, signal: AbortSignal): Promise<void> {
  return warmUpMs === undefined ? warmUp.finished(signal) : pause(hostClock, warmUpMs, signal);
}

export const stateDirOf = (outDir: string): string => join(outDir, 'state');
/** Where the host keeps its database below its state. */
export const databaseDirOf = (outDir: string): string => join(stateDirOf(outDir), 'dynamodb');
export const environmentFileOf = (outDir: string): string => join(outDir, 'environment.json');

/** Everything a report needs, from the store. */
export async function readRecord(
  controller: LocalController,
  id: RunId,
  environment: RunEnvironment,
): Promise<RunRecord> {
  const [loaded, journal] = await Promise.all([
    controller.store.loadRun(id),
    controller.store.readJournal(id),
  ]);
  if (loaded === undefined) throw new Error(`Run ${id} is not in the store`);
  return { run: loaded.run, journal, environment };
}

/** Waits until a run has ended and nothing of it is left to be carried out. */
async function untilOver(controller: LocalController, id: RunId, onState: (run: Run) => void): Promise<Run> {
  for (;;) {
    const loaded = await controller.store.loadRun(id);
    if (loaded !== undefined) onState(loaded.run);
    if (loaded !== undefined && isOver(loaded.run)) return loaded.run;
    await wait(pollMs);
  }
}

/** Nothing is left to be carried out, but ticks that would find nothing to do. */
export function isOver(run: Run): boolean {
  return run.phase === 'ended' && run.outbox.every((entry) => entry.command.type === 'schedule-tick');
}

function environmentOf(options: LocalRunOptions, host: LocalHost): RunEnvironment {
  return {
    where: 'local',
    runtime: host.runtime.detail,
    nodeVersions: host.runtime.node,
    service: options.service.name,
    seed: options.seed,
    ...options.environment,
  };
}
