import type { Session } from '../../core/gameday/session.ts';
import { decapitalised, unstopped } from '../sentences.ts';
import type { GameDayRun } from './report.ts';

/** What the game day leaves to be done: what is still in place first, then what broke, then what nobody knows. */
export function openQuestions(session: Session, runs: readonly GameDayRun[]): readonly string[] {
  const stillThere = runs
    .filter(({ reverted }) => !reverted)
    .map(({ experiment }) => `Not every change of ${experiment} is taken back yet: see to that first.`);
  const broken = runs
    .filter((run) => run.result === 'deviated' && !heldLater(run, runs))
    .map(
      ({ experiment, broken: claims }) =>
        `${experiment} deviated${claims.length === 0 ? '' : ` (${claims.join('; ')})`}, and nothing shows it mended yet: mend it, then run it again.`,
    );
  const pauses = session.steps.flatMap(({ state, reason }, index) =>
    state === 'not-run' &&
    reason !== null &&
    session.gameDay.steps[index] !== undefined &&
    'pause' in session.gameDay.steps[index]
      ? [`Step ${index + 1}, a pause, was not come to: ${decapitalised(unstopped(reason))}.`]
      : [],
  );
  return [...stillThere, ...broken, ...runs.flatMap((run) => unknownOf(run, runs)), ...pauses];
}

/** Another run of the same experiment in this session, after it. */
function heldLater({ experiment, step }: GameDayRun, runs: readonly GameDayRun[]): boolean {
  return runs.some(
    (other) => other.experiment === experiment && other.step > step && other.result === 'held',
  );
}

function unknownOf(run: GameDayRun, runs: readonly GameDayRun[]): readonly string[] {
  if (heldLater(run, runs)) return [];
  const { experiment, sentence, result } = run;
  const why = unstopped(sentence);
  switch (result) {
    case 'held':
    case 'deviated':
      return [];
    case 'inconclusive':
    case 'aborted':
      return [`Whether ${experiment} holds is not known. ${why}.`];
    case 'refused':
      return [`${experiment} is still to be run. ${why}.`];
    case 'not-run':
      return [`${experiment} is still to be run: ${decapitalised(why)}.`];
    case 'errored':
      return [`${experiment} is to be run again. ${why}.`];
    case 'running':
      return [`${experiment} goes on. ${why}.`];
  }
}
