import type { RunWord, Session } from '../../core/gameday/session.ts';
import { listed } from '../format.ts';
import { decapitalised, unstopped } from '../sentences.ts';
import type { GameDayRun } from './report.ts';

/** `open`: something deviated, or is not known; `none`: nothing was run. */
export type GameDayResult = 'held' | 'deviated' | 'inconclusive' | 'running' | 'none';

const words: readonly (readonly [RunWord | 'running', string])[] = [
  ['held', 'held'],
  ['deviated', 'deviated'],
  ['inconclusive', 'remained inconclusive'],
  ['aborted', 'was stopped before it could tell'],
  ['refused', 'was refused'],
  ['errored', 'failed by itself'],
  ['not-run', 'was not run'],
  ['running', 'goes on'],
];

/** What a result is called in a table. */
export function labelOf(result: RunWord | 'running'): string {
  return { 'not-run': 'not run', aborted: 'stopped', running: 'running' }[result as string] ?? result;
}

/** How the game day went, in a word and in a sentence. */
export function describeSession(
  session: Session,
  runs: readonly GameDayRun[],
): { readonly result: GameDayResult; readonly sentence: string } {
  const counts = words.flatMap(([word, phrase]) => {
    const n = runs.filter(({ result }) => result === word).length;
    return n === 0
      ? []
      : [`${n} ${n === 1 ? phrase : phrase.replace(/^was /, 'were ').replace('goes', 'go')}`];
  });
  const all = runs.length === 1 ? 'The only experiment' : `Of ${runs.length} experiments`;
  const told =
    runs.length === 1 ? `${all} ${counts.join('').replace(/^1 /, '')}` : `${all}, ${listed(counts)}`;
  const stopped =
    session.stopped === null
      ? ''
      : ` It ended before its last step: ${decapitalised(unstopped(session.stopped.reason))}.`;
  return {
    result: resultOf(session, runs),
    sentence: runs.length === 0 ? `No experiment was planned.${stopped}` : `${told}.${stopped}`,
  };
}

function resultOf(session: Session, runs: readonly GameDayRun[]): GameDayResult {
  if (session.phase !== 'ended') return 'running';
  if (runs.every(({ result }) => result === 'not-run')) return 'none';
  if (runs.some(({ result }) => result === 'deviated')) return 'deviated';
  return runs.every(({ result }) => result === 'held') ? 'held' : 'inconclusive';
}
