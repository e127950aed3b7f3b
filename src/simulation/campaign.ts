import type { Mask } from './chaos.ts';
import type { Plant } from './plant.ts';
import { simulate, type SimulationResult } from './simulate.ts';

export interface CampaignOptions {
  readonly runs: number;
  /** The first seed; the others follow. */
  readonly seed: number;
  readonly plant?: Plant | null;
  /** Told after each history. */
  readonly onProgress?: (done: number) => void;
}

export interface Campaign {
  /** Histories that were simulated: fewer than asked for where one fails. */
  readonly runs: number;
  /** Things that happened in all of them, and how often. */
  readonly seen: ReadonlyMap<string, number>;
  readonly mishaps: number;
  readonly happened: number;
  readonly failure: SimulationResult | null;
}

/** Simulates one history per seed, up to the first that breaks a promise. */
export async function simulateMany(options: CampaignOptions): Promise<Campaign> {
  const seen = new Map<string, number>();
  let mishaps = 0;
  let happened = 0;
  for (let done = 0; done < options.runs; done += 1) {
    const result = await simulate({ seed: options.seed + done, plant: options.plant ?? null });
    mishaps += result.mishaps;
    happened += result.happened;
    for (const [what, count] of result.seen) seen.set(what, (seen.get(what) ?? 0) + count);
    if (result.violation !== null) return { runs: done + 1, seen, mishaps, happened, failure: result };
    options.onProgress?.(done + 1);
  }
  return { runs: options.runs, seen, mishaps, happened, failure: null };
}

/** A failure, with only the mishaps that it needs. */
export interface Shrunk {
  readonly mask: Mask;
  readonly result: SimulationResult;
  /** Everything that happens in it, in order. */
  readonly history: readonly string[];
}

/** Repetitions that the search for a shorter history may take. */
const maxRepetitions = 300;

/** The shortest history found that breaks the same promise with the same seed: mishaps are left out one by one. */
export async function shrink(failure: SimulationResult, plant: Plant | null = null): Promise<Shrunk> {
  const { seed } = failure;
  let repetitions = 0;
  const stillFails = async (mask: Mask): Promise<SimulationResult | null> => {
    repetitions += 1;
    const result = await simulate({ seed, plant, mask });
    return result.violation?.promise === failure.violation?.promise ? result : null;
  };
  let mask: Mask = { limit: failure.mishaps, skipped: new Set() };
  // How many of the first mishaps are enough.
  let tooFew = -1;
  while (mask.limit - tooFew > 1) {
    const limit = Math.floor((mask.limit + tooFew) / 2);
    const candidate = { ...mask, limit };
    if ((await stillFails(candidate)) === null) tooFew = limit;
    else mask = candidate;
  }
  for (let number = mask.limit - 1; number >= 0 && repetitions < maxRepetitions; number -= 1) {
    const candidate = { ...mask, skipped: new Set([...mask.skipped, number]) };
    if ((await stillFails(candidate)) !== null) mask = candidate;
  }
  const history: string[] = [];
  const result = await simulate({ seed, plant, mask, trace: (line) => history.push(line) });
  return { mask, result, history };
}
