const pollMs = 100;

/** Waits until it holds; fails after the limit, which is long enough for a busy machine. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  for (let waitedMs = 0; !(await holds()); waitedMs += pollMs) {
    if (waitedMs >= limitMs)
      throw new Error(`It did not come about within ${limitMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
