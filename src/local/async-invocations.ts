import { randomUUID } from 'node:crypto';
import { type Clock, pause } from './clock.ts';
import type { Logs } from './logs.ts';
import type { Pool, PoolResult } from './pool.ts';

export interface AsyncOptions {
  readonly clock: Clock;
  readonly pool: Pool;
  readonly logs: Logs;
  /** Waits before the second, third, … attempt. */
  readonly retryDelaysMs: readonly number[];
  /** Events accepted and not yet done with. */
  readonly maxQueued: number;
}

/** A throttled event is tried again so often, and so long, before it counts as lost. */
const throttledRetryMs = 250;
const maxThrottledMs = 60_000;

/** Asynchronous invocations: accepted at once, tried three times with the same request id, as on AWS. */
export class AsyncInvocations {
  readonly #options: AsyncOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: AsyncOptions) {
    this.#options = options;
  }

  /** The request id; `undefined` when too many are queued already. */
  accept(functionKey: string, payload: Buffer): string | undefined {
    if (this.#running.size >= this.#options.maxQueued || this.#stop.signal.aborted) return undefined;
    const requestId = randomUUID();
    const task = this.#run(functionKey, payload, requestId).finally(() => this.#running.delete(task));
    this.#running.add(task);
    return requestId;
  }

  /** Gives up what is still queued. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #run(functionKey: string, payload: Buffer, requestId: string): Promise<void> {
    const { clock, retryDelaysMs, logs } = this.#options;
    let last = '';
    for (const delayMs of [0, ...retryDelaysMs]) {
      if (delayMs > 0) await pause(clock, delayMs, this.#stop.signal);
      const result = await this.#attempt(functionKey, payload, requestId);
      if (result.kind === 'stopped') return;
      if (result.kind === 'served' && result.served.outcome.kind === 'answer') return;
      last = reasonOf(result);
    }
    logs.host(
      `The event ${requestId} for ${functionKey} is lost after ${retryDelaysMs.length + 1} attempts: ${last}.`,
    );
  }

  /** One attempt; to be throttled is none, and is waited for. */
  async #attempt(functionKey: string, payload: Buffer, requestId: string): Promise<PoolResult> {
    const { clock, pool } = this.#options;
    const startedMs = clock.elapsedMs();
    for (;;) {
      if (this.#stop.signal.aborted) return { kind: 'stopped', requestId };
      const result = await pool.invoke(functionKey, payload, requestId);
      if (result.kind !== 'throttled' || clock.elapsedMs() - startedMs > maxThrottledMs) return result;
      await pause(clock, throttledRetryMs, this.#stop.signal);
    }
  }
}

function reasonOf(result: PoolResult): string {
  if (result.kind !== 'served') return result.kind;
  const { outcome } = result.served;
  return outcome.kind === 'failure'
    ? `${outcome.failure.errorType}: ${outcome.failure.errorMessage}`
    : 'answered';
}
