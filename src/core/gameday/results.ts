import { assertNever } from '../assert.ts';
import type { Outcome } from '../run.ts';
import type { RunResult, Session, SessionRun } from './session.ts';

/** Refusals that say that the world is not well, or that a person said no: the next experiment has no business in it either. */
const unwell: ReadonlySet<string> = new Set([
  'kill-switch',
  'alarm-firing',
  'steady-state-absent',
  'person',
  'not-approved',
]);

/** How a run ended, in a word, with its reason. */
export function resultOf(outcome: Outcome | null): RunResult {
  if (outcome === null) return { result: 'errored', code: 'vanished', reason: 'Nobody knows how it ended.' };
  switch (outcome.result) {
    case 'completed':
      return { result: outcome.verdict.verdict, code: null, reason: outcome.verdict.sentence };
    case 'aborted':
      return {
        result: outcome.verdict.verdict === 'deviated' ? 'deviated' : 'aborted',
        code: outcome.reason.code,
        reason: outcome.verdict.sentence,
      };
    case 'refused':
      return { result: 'refused', code: outcome.code, reason: outcome.reason };
    case 'errored':
      return { result: 'errored', code: null, reason: outcome.reason };
    default:
      return assertNever(outcome);
  }
}

/** Whether no further step begins after this, where the game day says `onAbort: stop`. */
export function stopsTheRest({ result, code }: RunResult): boolean {
  switch (result) {
    case 'aborted':
    case 'deviated':
    case 'errored':
      return true;
    case 'refused':
      return code !== null && unwell.has(code);
    case 'held':
    case 'inconclusive':
    case 'not-run':
      return false;
    default:
      return assertNever(result);
  }
}

export interface Learnt {
  /** The steady state held under the fault. */
  readonly held: readonly SessionRun[];
  /** It did not: what is to be mended. */
  readonly deviated: readonly SessionRun[];
  /** Ended early for another reason than what the data say. */
  readonly aborted: readonly SessionRun[];
  /** The question is still open: refused, inconclusive, failed or not run. */
  readonly open: readonly SessionRun[];
}

/** What the runs of an ended session show, and what is still open. */
export function learnt({ steps }: Pick<Session, 'steps'>): Learnt {
  const runs = steps.flatMap((step) => step.runs);
  const having = (...words: readonly RunResult['result'][]): readonly SessionRun[] =>
    runs.filter(({ outcome }) => outcome !== null && words.includes(outcome.result));
  return {
    held: having('held'),
    deviated: having('deviated'),
    aborted: having('aborted'),
    open: having('refused', 'inconclusive', 'errored', 'not-run'),
  };
}

/** "2 held, 1 deviated, 1 not run" */
export function tally({ steps }: Pick<Session, 'steps'>): string {
  const counts = new Map<string, number>();
  for (const { outcome } of steps.flatMap((step) => step.runs))
    if (outcome !== null) counts.set(outcome.result, (counts.get(outcome.result) ?? 0) + 1);
  const order = ['held', 'deviated', 'inconclusive', 'aborted', 'refused', 'errored', 'not-run'];
  const parts = order.flatMap((word) => {
    const count = counts.get(word);
    return count === undefined ? [] : [`${count} ${word.replace('-', ' ')}`];
  });
  return parts.length === 0 ? 'no run' : parts.join(', ');
}
