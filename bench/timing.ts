import type { Handler } from '../src/layer/load-handler.ts';

const CALLS_PER_BATCH = 20_000;
const BATCHES = 50;

/** Medians over alternating batches, so that a busy moment of the machine meets all alike. */
export async function microsecondsPerCall(
  handlers: readonly Handler[],
  context: object,
  callsPerBatch = CALLS_PER_BATCH,
): Promise<number[]> {
  const samples = handlers.map((): number[] => []);
  for (let batch = -5; batch < BATCHES; batch += 1) {
    for (const [index, handler] of handlers.entries()) {
      const startedAt = performance.now();
      for (let call = 0; call < callsPerBatch; call += 1) await handler(call, context);
      const us = ((performance.now() - startedAt) / callsPerBatch) * 1000;
      if (batch >= 0) samples[index]?.push(us); // the first batches warm up
      await new Promise(setImmediate); // and what goes on in the background gets its turn
    }
  }
  return samples.map(median);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
