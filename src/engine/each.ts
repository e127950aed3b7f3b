/** So many are worked on at once: as many as an SDK client has connections. */
const atOnce = 50;

/** Works on all of them, some at once; the failures of some keep none from being worked on. In their order. */
export async function each<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results = new Array<PromiseSettledResult<R>>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    // Taken by whoever is free, each once.
    for (const [index, item] of queue) {
      const [result] = await Promise.allSettled([work(item)]);
      results[index] = result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

/** Throws what went wrong, all of it at once. */
export function requireAll(results: readonly PromiseSettledResult<unknown>[], what: string): void {
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} of ${results.length} runs could not be ${what}`);
}
