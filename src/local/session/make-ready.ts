import { availableParallelism } from 'node:os';
import { exposureOf } from '../../core/exposure.ts';
import type { Experiment, Workload } from '../../generated/types.ts';
import type { LocalHost } from '../host.ts';
import type { LocalService } from '../service.ts';
import { functionOfTarget } from '../targets.ts';
import { eventsOf } from '../workload/events.ts';
import type { TrafficOptions } from './traffic.ts';

/** Numbers of events that the workload itself never comes to. */
const firstEvent = 1_000_000_000;
/** A small machine would be busier with starting sandboxes than the traffic makes it. */
const maxPerCore = 6;

export interface ReadyOptions extends TrafficOptions {
  readonly experiment: Experiment;
  readonly service: LocalService;
}

/**
 * Makes the sandboxes ready that the faults may take: an invocation that is stuck keeps its sandbox busy until it times
 * out. On AWS a cold start takes nothing from other invocations; here all of them share one machine, and cold starts in
 * mid-run would harm the control group. Each sandbox is also invoked once, since first invocations are slow as well.
 */
export async function makeReady(options: ReadyOptions, host: LocalHost, signal: AbortSignal): Promise<void> {
  const needed = sandboxesNeeded(options);
  for (const [key, count] of needed) await host.keepReady(key, count, signal);
  for (const [key, count] of needed) {
    if (signal.aborted) return;
    const event = eventFor(options, key);
    await Promise.all(Array.from({ length: count }, (_, n) => host.invoke(key, event(firstEvent + n))));
  }
}

/** By function, were every exposed invocation to last until the timeout. */
function sandboxesNeeded({ experiment, service, workload }: ReadyOptions): ReadonlyMap<string, number> {
  const cap = maxPerCore * availableParallelism();
  const needed = new Map<string, number>();
  for (const { target: name } of experiment.faults) {
    const target = experiment.targets[name];
    const fn = target === undefined ? undefined : functionOfTarget(target, service);
    if (fn === undefined) continue;
    const stuck = rateOf(workload, fn.key) * exposureOf(experiment) * fn.timeoutS;
    if (stuck > 0) needed.set(fn.key, Math.min(cap, Math.ceil(stuck)));
  }
  return needed;
}

function rateOf({ streams }: Workload, key: string): number {
  return streams.reduce((sum, stream) => sum + (stream.function === key ? stream.rate : 0), 0);
}

function eventFor({ workload, seed, workloadDir }: ReadyOptions, key: string): (n: number) => unknown {
  const index = workload.streams.findIndex((stream) => stream.function === key);
  const stream = workload.streams[index];
  if (stream === undefined) throw new Error(`The workload has no stream to ${key}`);
  return eventsOf(stream, index, seed, workloadDir);
}
