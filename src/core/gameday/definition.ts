import type { GameDay } from '../../generated/types.ts';

export type Step = GameDay['steps'][number];
export type Pause = Extract<Step, { pause: unknown }>['pause'];

/** The experiments that a step runs side by side; none in a pause. */
export function experimentsOf(step: Step | undefined): readonly string[] {
  if (step === undefined || 'pause' in step) return [];
  return 'run' in step ? [step.run] : step.parallel;
}

export function pauseOf(step: Step | undefined): Pause | null {
  return step !== undefined && 'pause' in step ? step.pause : null;
}

/** What a step is called before people. */
export function titleOf(step: Step | undefined): string {
  return pauseOf(step)?.say ?? experimentsOf(step).join(', ');
}

/** Every experiment of a game day, each once, in the order of its steps. */
export function experimentsOfGameDay({ steps }: Pick<GameDay, 'steps'>): readonly string[] {
  return [...new Set(steps.flatMap(experimentsOf))];
}
