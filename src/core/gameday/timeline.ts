import type { GameDay } from '../../generated/types.ts';
import type { EpochMs } from '../ids.ts';
import { experimentsOf, pauseOf, titleOf } from './definition.ts';
import { aroundRunMs, pauseMs } from './steps.ts';

/** When a step happens, counted from the start of the session. */
export interface PlannedStep {
  readonly step: number;
  readonly title: string;
  readonly experiments: readonly string[];
  /** Where nobody takes their time in a pause, and no run ends early. */
  readonly earliestStartMs: number;
  /** Where everybody takes all of it; null where an experiment's length is not known. */
  readonly latestEndMs: number | null;
  /** Whether it ends before the window does: at the latest, at best, or never. */
  readonly fits: 'surely' | 'perhaps' | 'never';
}

/** When each step of a game day may begin and end. `lengths` says how long a run of each experiment takes at most. */
export function timeline(
  gameDay: Pick<GameDay, 'steps'>,
  lengths: Readonly<Record<string, number | undefined>>,
  windowMs: number | null,
): readonly PlannedStep[] {
  const planned: PlannedStep[] = [];
  let earliestMs = 0;
  let latestMs: number | null = 0;
  for (const [index, step] of gameDay.steps.entries()) {
    const experiments = experimentsOf(step);
    const known = experiments.map((name) => lengths[name]);
    const runMs = known.includes(undefined) ? null : Math.max(0, ...known.map((ms) => ms ?? 0));
    const pause = pauseOf(step);
    const leastMs = pause === null ? (runMs ?? 0) : pause.until === 'approved' ? 0 : pause.until;
    const mostMs = pause === null ? (runMs === null ? null : runMs + aroundRunMs) : pauseMs(pause);
    const endMs: number | null = latestMs === null || mostMs === null ? null : latestMs + mostMs;
    planned.push({
      step: index + 1,
      title: titleOf(step),
      experiments,
      earliestStartMs: earliestMs,
      latestEndMs: endMs,
      fits: fitsIn(windowMs, earliestMs + (pause === null ? (mostMs ?? 0) : 1), endMs),
    });
    earliestMs += leastMs;
    latestMs = endMs;
  }
  return planned;
}

function fitsIn(
  windowMs: number | null,
  earliestEndMs: number,
  latestEndMs: number | null,
): PlannedStep['fits'] {
  if (windowMs === null) return 'surely';
  if (earliestEndMs > windowMs) return 'never';
  return latestEndMs !== null && latestEndMs <= windowMs ? 'surely' : 'perhaps';
}

/** When it is announced, and when it begins and must be over. */
export function announcements(gameDay: Pick<GameDay, 'announce'>, startAt: EpochMs): readonly EpochMs[] {
  return (gameDay.announce ?? []).map((lead) => startAt - lead).sort((a, b) => a - b);
}
