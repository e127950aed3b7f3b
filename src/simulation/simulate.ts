import { Chaos, everything, type Mask } from './chaos.ts';
import type { Violation } from './oracle.ts';
import type { Plant } from './plant.ts';
import { Random } from './random.ts';
import { createScenario } from './scenario.ts';
import { World } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly mask?: Mask;
  readonly plant?: Plant | null;
  /** Told of everything that happens: for the history of a failure. */
  readonly trace?: (line: string) => void;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violation: Violation | null;
  /** Things that happened, and how often. */
  readonly seen: ReadonlyMap<string, number>;
  readonly mishaps: number;
  readonly happened: number;
}

/** One simulated history, wholly decided by its seed (and what is masked of it). */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, mask = everything, plant = null, trace } = options;
  const scenario = createScenario(new Random(seed, 1));
  const since = { ms: (): number => 0 };
  const tell = (line: string): void => trace?.(`${(since.ms() / 1000).toFixed(3).padStart(9)} s  ${line}`);
  const chaos = new Chaos(new Random(seed, 2), scenario.profile, mask, tell);
  const world = new World(scenario, chaos, plant, tell);
  since.ms = () => world.timeline.now - scenario.startsAt;
  await world.run();
  const { violation, seen } = world.oracle;
  return { seed, violation, seen, mishaps: chaos.count, happened: world.timeline.happened };
}
