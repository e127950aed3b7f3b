/** A seeded source of random numbers (mulberry32), and what a little traffic needs of it. */
export interface Random {
  /** Even over [0, 1). */
  share(): number;
  /** Exponential with a mean. */
  wait(mean: number): number;
  /** Log-normal with a median. */
  around(median: number, sigma: number): number;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());
  return {
    share,
    wait: (mean) => -mean * Math.log(1 - share()),
    around: (median, sigma) => median * Math.exp(sigma * normal()),
  };
}
