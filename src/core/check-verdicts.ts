import { type CheckState, describeBreak, holdsAfter } from './checks.ts';
import type { CheckVerdict } from './verdict.ts';

/** What all looks together say of a check: held where it is known to have been kept in every part that it is for. */
export function judgeCheck(check: CheckState): CheckVerdict {
  const { signal, claim } = check;
  return { signal, claim, ...(deviation(check) ?? doubt(check) ?? held(check)) };
}

type Judgement = Pick<CheckVerdict, 'verdict' | 'why'>;

function deviation(check: CheckState): Judgement | null {
  const { during } = check.broke;
  if (during !== undefined)
    return { verdict: 'deviated', why: `Broken under the fault: ${describeBreak(check, during)}.` };
  if (!check.when.includes('after') || holdsAfter(check) !== false) return null;
  const detail = check.latest?.detail ?? '';
  return {
    verdict: 'deviated',
    why: `Not kept again when the time for recovery was over: ${describeBreak(check, { detail })}.`,
  };
}

function doubt(check: CheckState): Judgement | null {
  const { counts, when, latest } = check;
  const onlyBefore = !when.includes('during') && !when.includes('after');
  const why =
    onlyBefore && counts.before.kept === 0
      ? 'No look before the fault showed that it is kept'
      : when.includes('during') && counts.during.kept === 0
        ? 'No look under the fault showed that it is kept'
        : when.includes('after') && holdsAfter(check) === null
          ? 'No look after the fault showed that it is kept'
          : null;
  if (why === null) return null;
  const last = latest === null || latest.detail === '' ? '' : `; the last one: ${latest.detail}`;
  return { verdict: 'inconclusive', why: `${why}${last}.` };
}

function held({ counts, when }: CheckState): Judgement {
  const kept = when.map(
    (part) => `${counts[part].kept} ${part === 'before' ? 'before' : `${part} the fault`}`,
  );
  return { verdict: 'held', why: `Kept at every look that counts: ${kept.join(', ')}.` };
}
