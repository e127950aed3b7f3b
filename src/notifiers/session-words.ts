import type { GameDayStateChangeMessage } from '../generated/types.ts';
import type { Standing } from './run-words.ts';

type Step = GameDayStateChangeMessage['steps'][number];
type StepRun = Step['runs'][number];

const phases: Readonly<Record<GameDayStateChangeMessage['phase'], string>> = {
  planned: 'is planned',
  'awaiting-approval': 'waits for an approval',
  announced: 'is announced',
  running: 'is under way',
  paused: 'pauses',
  ended: 'is over',
};

/** "Game day december is under way" */
export function sessionHeadline({ gameDay, kind, phase, stopped }: GameDayStateChangeMessage): string {
  const what =
    kind === 'reminder'
      ? 'starts soon'
      : phase === 'ended' && stopped !== null
        ? `was ended early (${stopped.code})`
        : phases[phase];
  return `Game day ${gameDay} ${what}`;
}

export function sessionStanding({ phase, stopped, steps }: GameDayStateChangeMessage): Standing {
  switch (phase) {
    case 'planned':
    case 'announced':
      return 'coming';
    case 'awaiting-approval':
    case 'paused':
      return 'waiting';
    case 'running':
      return 'under-way';
    case 'ended':
      if (stopped !== null) return 'aborted';
      return steps.some(({ runs }) => runs.some(({ outcome }) => outcome === 'deviated'))
        ? 'deviated'
        : 'held';
  }
}

/** "2. checkout-slow: held" and what became of each run where there are several. */
export function stepLine({ step, title, state, reason, runs }: Step): string {
  const became = runs.map((run) => (runs.length === 1 ? runWord(run) : `${run.experiment} ${runWord(run)}`));
  const how = became.length === 0 ? stateWords[state] : became.join(', ');
  const why = state === 'not-run' && reason !== null ? ` (${reason})` : '';
  return `${step}. ${title}: ${state === 'not-run' ? 'not run' : how}${why}`;
}

const stateWords: Readonly<Record<Step['state'], string>> = {
  waiting: 'to come',
  running: 'under way',
  paused: 'waits for people',
  done: 'done',
  'not-run': 'not run',
};

function runWord({ phase, outcome }: StepRun): string {
  if (outcome !== null) return outcome === 'not-run' ? 'not run' : outcome;
  return phase ?? 'to come';
}

/** How a step stands, for its sign. */
export function stepStanding({ state, runs }: Step): Standing | 'done' | 'not-run' {
  const outcomes = runs.map(({ outcome }) => outcome);
  if (state === 'not-run') return 'not-run';
  if (state === 'waiting') return 'coming';
  if (state === 'paused') return 'waiting';
  if (state === 'running') return 'under-way';
  for (const worst of ['deviated', 'errored', 'aborted', 'refused', 'inconclusive', 'held'] as const)
    if (outcomes.includes(worst)) return worst;
  return 'done';
}
