import type { Workload } from '../../generated/types.ts';
import type { LocalHost } from '../host.ts';
import type { LocalService } from '../service.ts';
import type { WarmUp } from '../warm-up.ts';
import { runWorkload, type WorkloadCounts } from '../workload.ts';
import { randomFrom } from '../workload/random.ts';

export interface TrafficOptions {
  readonly workload: Workload;
  /** Relative paths in the workload start here. */
  readonly workloadDir: string;
  readonly seed: number;
}

/** Fills tables and the like; without it the functions would fail for reasons of their own. */
export async function setUp(service: LocalService, host: LocalHost): Promise<void> {
  for (const key of service.setup) {
    const result = await host.invoke(key, {});
    if (!result.ok)
      throw new Error(`Setting up with function ${key} failed: ${result.errorType}: ${result.errorMessage}`);
  }
}

/** Sends the workload until the signal comes, and lets the warm-up see every answer. */
export async function sendTraffic(
  options: TrafficOptions,
  host: LocalHost,
  warmUp: WarmUp,
  signal: AbortSignal,
): Promise<WorkloadCounts> {
  const requestId = requestIds(options.seed);
  return runWorkload(options.workload, {
    seed: options.seed,
    dir: options.workloadDir,
    signal,
    invoke: async (functionKey, event) => {
      const result = await host.invoke(functionKey, event, requestId());
      warmUp.saw(result);
      return result;
    },
  });
}

/** When every stream of the workload has come to its full rate. */
export function rampUpMsOf(workload: Workload): number {
  return Math.max(...workload.streams.map((stream) => stream.rampUp ?? 0));
}

/** The group of an invocation follows from its request's id: with these the same seed also draws the same groups. */
function requestIds(seed: number): () => string {
  const random = randomFrom(seed, 'requests');
  const word = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return () => {
    const hex = word() + word() + word() + word();
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-');
  };
}
