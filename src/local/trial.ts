import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { systemClock } from '../adapters/system-clock.ts';
import type { Dose, InFunctionFault } from '../generated/types.ts';
import { groupOf } from '../layer/group.ts';
import { LN_GAMMA } from '../stats/histogram.ts';
import { startHost } from './host.ts';
import type { LambdaRuntime } from '../core/lambda-runtimes.ts';
import type { LocalFunction, LocalService } from './service/model.ts';
import type { InvocationResult, RuntimeReport } from './types.ts';

export interface TrialOptions {
  /** The handler's module, absolute, with its extension. */
  readonly module: string;
  /** The handler's name in it. */
  readonly exportName: string;
  readonly event: unknown;
  readonly fault: InFunctionFault;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutS: number;
  readonly runtime: LambdaRuntime;
  readonly layerDir: string;
}

export interface Trial {
  readonly runtime: RuntimeReport;
  readonly without: TrialSide;
  readonly with: TrialSide;
}

export interface TrialSide {
  readonly result: InvocationResult;
  /** How often the fault was injected. */
  readonly injected: number;
  /** What the function wrote, without the layer's own lines. */
  readonly logs: readonly string[];
}

const sides = ['without', 'with'] as const;
type Side = (typeof sides)[number];

const faultId = 'f1';
const salt = 'inoculate-try';

/** One handler, invoked once without and once with a fault, each in a sandbox of its own. */
export async function tryHandler(options: TrialOptions): Promise<Trial> {
  const workDir = await mkdtemp(join(tmpdir(), 'inoculate-try-'));
  const logs: Record<Side, string[]> = { without: [], with: [] };
  try {
    const host = await startHost({
      service: serviceOf(options),
      stateDir: join(workDir, 'state'),
      logDir: join(workDir, 'logs'),
      layerDir: options.layerDir,
      extraEnvironment: { with: { INOCULATE_DOSE: JSON.stringify(doseOf(options)) } },
      onLog: (log) => {
        if (log.kind === 'function') logs[log.functionKey === 'with' ? 'with' : 'without'].push(log.line);
      },
    });
    try {
      const without = await host.invoke('without', options.event);
      const exposed = await host.invoke('with', options.event, exposedRequestId());
      return {
        runtime: host.runtime,
        without: sideOf(without, logs.without),
        with: sideOf(exposed, logs.with),
      };
    } finally {
      await host.stop();
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** A request that the dose puts into the experimental group: its group follows from its id. */
function exposedRequestId(): string {
  let id = randomUUID();
  while (groupOf(salt, id, 0.5) !== 'experimental') id = randomUUID();
  return id;
}

function doseOf({ fault }: TrialOptions): Dose {
  const now = systemClock.now();
  return {
    version: 1,
    runId: 'try',
    epoch: 1,
    function: 'with',
    expiresAt: now + 3_600_000,
    salt,
    exposure: 0.5,
    tick: { originAt: now, lengthMs: 1_000 },
    stalenessMs: 1_000,
    acknowledgeStart: false,
    lnGamma: LN_GAMMA,
    faults: [{ id: faultId, fault }],
  };
}

function serviceOf({ module, exportName, environment, timeoutS, runtime }: TrialOptions): LocalService {
  const dir = dirname(module);
  const name = relative(dir, module).slice(0, -extname(module).length);
  const functionOf = (key: Side): LocalFunction => ({
    key,
    name: key,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${key}`,
    handler: `${name}.${exportName}`,
    runtime,
    timeoutS,
    memoryMb: 512,
    ephemeralStorageMb: 512,
    environment,
  });
  return {
    name: 'try',
    stage: 'dev',
    region: 'us-east-1',
    dir,
    functions: Object.fromEntries(sides.map((key) => [key, functionOf(key)])),
    tables: [],
    processes: [],
    setup: [],
    bundling: {
      mode: 'esbuild',
      options: {
        format: 'esm',
        minify: false,
        // Some dependencies are CommonJS still, and call require.
        banner: {
          js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
        },
      },
    },
    notes: [],
  };
}

/** The layer tells what it injected in one line of metrics. */
function sideOf(result: InvocationResult, lines: readonly string[]): TrialSide {
  const metrics = lines.filter((line) => line.startsWith('{"_aws"'));
  const injected = metrics.reduce((sum, line) => sum + injectionsIn(line), 0);
  return { result, injected, logs: lines.filter((line) => !metrics.includes(line)) };
}

function injectionsIn(line: string): number {
  const metrics: unknown = JSON.parse(line);
  return typeof metrics === 'object' && metrics !== null && 'FaultsInjected' in metrics
    ? Number(metrics.FaultsInjected)
    : 0;
}
