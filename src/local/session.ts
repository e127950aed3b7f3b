import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, wait } from '../adapters/system-clock.ts';
import type { RunId } from '../core/ids.ts';
import type { RunStateChange } from '../core/publication.ts';
import { runIdOf } from '../core/run-id.ts';
import type { Run, RunSettings } from '../core/run.ts';
import { defaultJudgeSettings } from '../core/evidence.ts';
import type { Experiment, Workload } from '../generated/types.ts';
import type { RunEnvironment, RunRecord } from '../report/record.ts';
import { claimsOf } from '../signals/observe.ts';
import { openController, type LocalController, type Look } from './controller.ts';
import { startHost, type LocalHost } from './host.ts';
import type { LocalService } from './service.ts';
import { localTargets } from './targets.ts';
import { WarmUp } from './warm-up.ts';
import { runWorkload, type WorkloadCounts } from './workload.ts';

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
  change(change: RunStateChange): void;
  look(look: Look): void;
  page(message: string): void;
  error(what: string, error: unknown): void;
}

export interface LocalRun {
  readonly id: RunId;
  /** Ends the run early, by way of reverting. */
  abort(by: string): Promise<void>;
  /** The run as it is stored now. */
  current(): Promise<Run | undefined>;
  /** Resolves when the run has ended and every process is gone. */
  readonly finished: Promise<RunRecord>;
}

/** How often the session looks whether its run has ended. */
const pollMs = 200;
const tickMs = 1_000;

/** Runs an experiment on this machine: functions, database, traffic and the engine, until the run has ended. */
export async function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  const { experiment, service, outDir, listener } = options;
  await mkdir(outDir, { recursive: true });
  const host = await startHost({
    service,
    stateDir: stateDirOf(outDir),
    logDir: join(outDir, 'logs'),
    layerDir: options.layerDir,
    requireNativeRuntime: options.requireNativeRuntime,
    ...(options.maxSandboxes === undefined ? {} : { maxSandboxes: options.maxSandboxes }),
  });
  listener.hostReady(host);
  const environment = environmentOf(options, host);
  await writeFile(environmentFileOf(outDir), JSON.stringify(environment, null, 2));
  const controller = await openController({
    dynamodbEndpoint: host.dynamodbEndpoint,
    targets: localTargets(experiment, service),
    onChange: (change) => listener.change(change),
    onLook: (look) => listener.look(look),
    onPage: (message) => listener.page(message),
    onError: (what, error) => listener.error(what, error),
  });
  const at = systemClock.now();
  const slot = { kind: 'manual', id: new Date(at).toISOString(), at } as const;
  const id = runIdOf(experiment.name, slot);
  const stopped = new AbortController();
  // Who asks to stop before the run exists ends the warming up, and then the run before its first fault.
  const hurried = new AbortController();
  let askedBy: string | undefined;
  const abort = async (by: string): Promise<void> => {
    await controller.engine.deliver(id, { type: 'abort', at: systemClock.now(), by });
  };
  const run = async (): Promise<RunRecord> => {
    await setUp(service, host);
    const warmUp = new WarmUp();
    const traffic = sendTraffic(options, host, warmUp, stopped.signal);
    try {
      const { warmUpMs } = options;
      await Promise.race([
        warmUpMs === undefined ? warmUp.finished(hurried.signal) : warmUp.after(warmUpMs, hurried.signal),
        traffic,
      ]);
      const claims = claimsOf(experiment);
      await controller.engine.request({
        id,
        experiment: withoutCloud(experiment),
        slot,
        requestedBy: 'inoculate run --local',
        settings: settingsOf(options),
        startAt: systemClock.now(),
        hypotheses: claims.hypotheses.map(({ hypothesis, claim }) => ({ hypothesis, claim })),
        notJudged: [...claims.notJudged, ...onlyInTheCloud(experiment)],
      });
      if (askedBy !== undefined) await abort(askedBy);
      await untilOver(controller, id);
    } finally {
      stopped.abort();
      await traffic;
      controller.stop();
    }
    return readRecord(controller, id, environment);
  };
  const finished = run().finally(() => host.stop());
  return {
    id,
    finished,
    current: async () => (await controller.store.loadRun(id))?.run,
    abort: async (by) => {
      askedBy = by;
      hurried.abort();
      await abort(by);
    },
  };
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
export async function untilOver(controller: LocalController, id: RunId): Promise<Run> {
  for (;;) {
    const loaded = await controller.store.loadRun(id);
    if (loaded !== undefined && isOver(loaded.run)) return loaded.run;
    await wait(pollMs);
  }
}

/** Nothing is left to be carried out, but ticks that would find nothing to do. */
export function isOver(run: Run): boolean {
  return run.phase === 'ended' && run.outbox.every((entry) => entry.command.type === 'schedule-tick');
}

/** Fills tables and the like; without it the functions would fail for reasons of their own. */
async function setUp(service: LocalService, host: LocalHost): Promise<void> {
  for (const key of service.setup) {
    const result = await host.invoke(key, {});
    if (!result.ok)
      throw new Error(`Setting up with function ${key} failed: ${result.errorType}: ${result.errorMessage}`);
  }
}

async function sendTraffic(
  options: LocalRunOptions,
  host: LocalHost,
  warmUp: WarmUp,
  signal: AbortSignal,
): Promise<WorkloadCounts> {
  return runWorkload(options.workload, {
    seed: options.seed,
    dir: options.workloadDir,
    signal,
    invoke: async (functionKey, event) => {
      const result = await host.invoke(functionKey, event);
      warmUp.saw(result);
      return result;
    },
  });
}

function settingsOf(options: LocalRunOptions): RunSettings {
  return {
    stage: options.stage,
    tickMs,
    applyLeaseMs: 15_000,
    applyTimeoutMs: 5_000,
    stalenessMs: 1_000,
    skewMs: 0,
    maxSlotAgeMs: 15 * 60_000,
    approvalMs: 0,
    graceMs: 1_000,
    judge: defaultJudgeSettings,
    // The same seed gives the same traffic and the same draws.
    salt: `seed-${options.seed}-of-groups`,
  };
}

/** Alarms, schedules, triggers and channels exist on AWS only. */
function withoutCloud(experiment: Experiment): Experiment {
  const { schedule, triggers, notify, abort, ...rest } = experiment;
  void schedule;
  void triggers;
  void notify;
  return { ...rest, abort: { onDeviation: abort?.onDeviation ?? true } };
}

function onlyInTheCloud(experiment: Experiment): Run['notJudged'] {
  return (experiment.abort?.alarms ?? []).map((alarm) => ({
    signal: `alarm ${typeof alarm === 'string' ? alarm : alarm.name}`,
    why: 'CloudWatch alarms exist on AWS only.',
  }));
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
