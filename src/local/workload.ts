import type { Workload } from '../generated/types.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import type { InvocationResult } from './types.ts';
import { type EventOf, eventsOf } from './workload/events.ts';
import { type Arrival, planWorkload } from './workload/plan.ts';

export { type WorkloadMistake, workloadMistakes } from './workload/events.ts';
export { type Arrival, expectedArrivals, planWorkload } from './workload/plan.ts';

export interface RunWorkloadOptions {
  readonly seed: number;
  /** Relative paths in the workload start here. */
  readonly dir: string;
  /** Ends the sending; what is under way is then waited for. */
  readonly signal: AbortSignal;
  readonly invoke: (functionKey: string, event: unknown) => Promise<InvocationResult>;
  readonly clock?: Clock;
  /** What is due beyond so many unanswered invocations is not sent, and counted. Without it: 1000. */
  readonly maxInFlight?: number;
  /** After the end, answers are waited for so long. Without it: 30 s. */
  readonly drainMs?: number;
}

/** What became of a workload. `due = sent + notSent`, `sent = answered + failed + throttled + lost`. */
export interface WorkloadCounts {
  /** Arrivals whose time had come. */
  readonly due: number;
  readonly sent: number;
  /** Too many were under way already: this machine cannot carry the workload. */
  readonly notSent: number;
  readonly answered: number;
  /** The function failed, timed out or died. */
  readonly failed: number;
  /** No sandbox was free, and nothing ran. */
  readonly throttled: number;
  /** Unanswered when draining was given up, or when the host stopped. */
  readonly lost: number;
  /** Why the last of those that ended with an error did; empty where none did. */
  readonly lostBecause: string;
  /** How far behind its time the latest one was sent. */
  readonly maxLatenessMs: number;
  readonly meanLatenessMs: number;
}

type Tally = { -readonly [Name in keyof WorkloadCounts]: WorkloadCounts[Name] };

const defaultMaxInFlight = 1000;
const defaultDrainMs = 30_000;
const maxAtOnce = 50;

/**
 * Sends a workload until the signal comes: each invocation at its time, never waiting for the answers of those before.
 * Rejects where the workload's files cannot be used.
 */
export async function runWorkload(workload: Workload, options: RunWorkloadOptions): Promise<WorkloadCounts> {
  const { seed, dir, signal, clock = systemClock } = options;
  const events = workload.streams.map((stream, index) => eventsOf(stream, index, seed, dir));
  const sender = new Sender(options, events);
  const startedMs = clock.elapsedMs();
  let atOnce = 0;
  for (const arrival of planWorkload(workload, seed)) {
    const waitMs = arrival.atMs - (clock.elapsedMs() - startedMs);
    // Behind time, there is still a turn for everything else now and then.
    atOnce = waitMs > 0 ? 0 : atOnce + 1;
    if (waitMs > 0 || atOnce % maxAtOnce === 0) await pause(clock, Math.max(0, waitMs), signal);
    if (signal.aborted) break;
    sender.send(arrival, Math.max(0, clock.elapsedMs() - startedMs - arrival.atMs));
  }
  await Promise.race([sender.settled(), pause(clock, options.drainMs ?? defaultDrainMs)]);
  return sender.counts();
}

class Sender {
  readonly #options: RunWorkloadOptions;
  readonly #events: readonly EventOf[];
  readonly #inFlight = new Set<Promise<void>>();
  readonly #tally: Tally = {
    due: 0,
    sent: 0,
    notSent: 0,
    answered: 0,
    failed: 0,
    throttled: 0,
    lost: 0,
    lostBecause: '',
    maxLatenessMs: 0,
    meanLatenessMs: 0,
  };

  constructor(options: RunWorkloadOptions, events: readonly EventOf[]) {
    this.#options = options;
    this.#events = events;
  }

  send(arrival: Arrival, latenessMs: number): void {
    const tally = this.#tally;
    tally.due += 1;
    if (this.#inFlight.size >= (this.#options.maxInFlight ?? defaultMaxInFlight)) {
      tally.notSent += 1;
      return;
    }
    tally.sent += 1;
    tally.maxLatenessMs = Math.max(tally.maxLatenessMs, latenessMs);
    tally.meanLatenessMs += (latenessMs - tally.meanLatenessMs) / tally.sent;
    const invocation = this.#invoke(arrival).finally(() => this.#inFlight.delete(invocation));
    this.#inFlight.add(invocation);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  counts(): WorkloadCounts {
    return { ...this.#tally, lost: this.#tally.lost + this.#inFlight.size };
  }

  async #invoke({ functionKey, stream, n }: Arrival): Promise<void> {
    const event = this.#events[stream]?.(n);
    try {
      const result = await this.#options.invoke(functionKey, event);
      if (result.ok) this.#tally.answered += 1;
      else if (result.reason === 'throttled') this.#tally.throttled += 1;
      else this.#tally.failed += 1;
    } catch (error) {
      this.#tally.lost += 1;
      this.#tally.lostBecause = error instanceof Error ? error.message : String(error);
    }
  }
}
