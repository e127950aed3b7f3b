import { assertNever } from '../core/assert.ts';
import type { Estimate, Evidence } from '../core/evidence.ts';
import type { AbortReason, RevertNote, Unit } from '../core/run.ts';
import type { CheckVerdict, HypothesisVerdict, Verdict } from '../core/verdict.ts';
import { duration, exactShare, listed, millis, share, times } from './format.ts';
import type { RunRecord } from './record.ts';
import { boundsAlpha } from './series.ts';
import { latestEvidence, looksOf, momentsOf } from './timeline.ts';

/** How a run went, for badge and exit message. */
export type Result = 'held' | 'deviated' | 'inconclusive' | 'refused' | 'errored' | 'running';

export interface Headline {
  readonly result: Result;
  /** One or two words, for a badge. */
  readonly label: string;
  /** One sentence, beginning with the label. */
  readonly sentence: string;
}

/** The most hypotheses that one sentence tells of. */
const mostTold = 3;
/** A longer description of the faults would bury the figures. */
const longestFault = 140;

/** What came of a run, in one sentence. The record may be that of a run that is still going on. */
export function describeVerdict(record: RunRecord): Headline {
  const { outcome, phase } = record.run;
  if (outcome === null)
    return {
      result: 'running',
      label: 'Running',
      sentence: `Running: the run has not ended yet, it is ${phase}.`,
    };
  switch (outcome.result) {
    case 'refused':
      return { result: 'refused', label: 'Refused', sentence: `Refused before any fault: ${outcome.reason}` };
    case 'errored':
      return { result: 'errored', label: 'Error', sentence: `The run failed by itself: ${outcome.reason}` };
    case 'completed':
      return { ...judged(record, outcome.verdict, null) };
    case 'aborted':
      return { ...judged(record, outcome.verdict, outcome.reason) };
    default:
      return assertNever(outcome);
  }
}

function judged(record: RunRecord, verdict: Verdict, abort: AbortReason | null): Headline {
  const ending = abort === null ? '' : `; ${describeAbort(abort, howLong(record))}`;
  switch (verdict.verdict) {
    case 'held':
      return {
        result: 'held',
        label: 'Held',
        sentence: `Held: ${underFaults(record)}${[tell(record, verdict.hypotheses, stayed), ...verdict.checks.map(wasKept)].filter((part) => part !== '').join('; ')}${ending}.`,
      };
    case 'deviated': {
      const broken = brokenOnes(verdict, abort);
      return {
        result: 'deviated',
        label: 'Deviated',
        sentence: `Deviated: ${underFaults(record)}${[tell(record, broken, reached), ...verdict.checks.filter((one) => one.verdict === 'deviated').map(wasBroken)].filter((part) => part !== '').join('; ')}${ending}.`,
      };
    }
    case 'inconclusive':
      return {
        result: 'inconclusive',
        label: 'Inconclusive',
        sentence: `Inconclusive: ${decapitalised(unstopped(verdict.sentence))}${ending}.`,
      };
    default:
      return assertNever(verdict.verdict);
  }
}

/** "page was kept (GET https://example.com/ answers as it should)" */
function wasKept({ signal, claim }: CheckVerdict): string {
  return `${signal} was kept (${claim})`;
}

function wasBroken({ signal, why }: CheckVerdict): string {
  return `${signal} was ${decapitalised(unstopped(why))}`;
}

/** An abort may rest on all hypotheses together, with none of them decided alone: then on those it names. */
function brokenOnes(verdict: Verdict, abort: AbortReason | null): readonly HypothesisVerdict[] {
  const broken = verdict.hypotheses.filter((one) => one.verdict === 'deviated');
  if (broken.length > 0) return broken;
  const named = abort?.code === 'deviation' ? abort.hypotheses : [];
  return verdict.hypotheses.filter((one) => named.includes(one.hypothesis));
}

function tell(
  record: RunRecord,
  hypotheses: readonly HypothesisVerdict[],
  phrase: (evidence: Evidence, level: string | null) => string,
): string {
  const latest = latestEvidence(looksOf(record.journal));
  const level = exactShare(1 - Math.max(record.run.settings.judge.alphaHeld, boundsAlpha));
  const told = hypotheses.slice(0, mostTold).map((one, index) => {
    const evidence = latest.get(one.hypothesis);
    // The level of confidence is the same for all of them: once is enough.
    return evidence === undefined ? one.claim : phrase(evidence, index === 0 ? level : null);
  });
  const rest = hypotheses.length - told.length;
  return [...told, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}

/** "failures stayed at 0.2 % (at most 1.1 % with 95 % confidence), within the 2 % tolerated" */
function stayed(evidence: Evidence, level: string | null): string {
  const { experimental, tolerance } = evidence;
  const at = `${subject(evidence)} ${level === null ? 'at' : 'stayed at'} ${figure(evidence, experimental.value)}`;
  if (isRelative(evidence)) return `${at} ${againstControl(evidence)}, within "${evidence.claim}"`;
  // That it held is itself a bound: the tolerance is refuted as a lower limit at the same level.
  const bound = Math.min(experimental.upper ?? Infinity, tolerance);
  const atMost = `at most ${figure(evidence, bound)}`;
  return level === null
    ? `${at} (${atMost}), within ${allowed(evidence)}`
    : `${at} (${atMost} with ${level} confidence), within the ${allowed(evidence)} tolerated`;
}

/** "failures reached 34 % (at least 21 % with 95 % confidence) where at most 2 % is tolerated" */
function reached(evidence: Evidence, level: string | null): string {
  const { experimental } = evidence;
  const { lower } = experimental;
  const confidence = level === null ? '' : ` with ${level} confidence`;
  const bound =
    lower === null || lower <= evidence.tolerance ? null : `at least ${figure(evidence, lower)}${confidence}`;
  const limit = `where at most ${allowed(evidence)} is tolerated`;
  // So many invocations without an answer that the quantile lies among them.
  if (experimental.value === null)
    return bound === null
      ? `${subject(evidence)} lay beyond the slowest answer ${limit}`
      : `${subject(evidence)} lay beyond the slowest answer (${bound}) ${limit}`;
  const at = `${subject(evidence)} reached ${figure(evidence, experimental.value)}`;
  if (isRelative(evidence)) return `${at} ${againstControl(evidence)}, which breaks "${evidence.claim}"`;
  return `${at}${bound === null ? '' : ` (${bound})`} ${limit}`;
}

function againstControl(evidence: Evidence): string {
  return `against ${figure(evidence, evidence.control.value)} in the control group`;
}

/** What is measured: the signal, and the quantile where it is one. */
export function subject({ hypothesis, signal }: Pick<Evidence, 'hypothesis' | 'signal'>): string {
  const id = hypothesis.startsWith(`${signal}.`) ? hypothesis.slice(signal.length + 1) : '';
  return /^p\d+/.test(id) ? `${signal} ${id.replace(/[^p\d].*$/, '')}` : signal;
}

/** A relative tolerance says nothing of the control group alone. */
export function isRelative(evidence: Evidence): boolean {
  return evidence.logControlHarm === null;
}

/** A measured figure of a hypothesis, in its unit. */
export function figure({ unit }: Pick<Evidence, 'unit'>, value: number | null): string {
  if (value === null) return 'unknown';
  return unit === 'share' ? share(value) : millis(value);
}

/** The tolerance as it was written. */
function allowed({ unit, tolerance }: Evidence): string {
  return unit === 'share' ? exactShare(tolerance) : duration(tolerance);
}

/** "0.2 % (0 % to 1.1 %)"; "no data" without any. */
function withBounds(evidence: Pick<Evidence, 'unit'>, estimate: Estimate): string {
  const value = estimate.value === null ? 'slower than any answer' : figure(evidence, estimate.value);
  return `${value} (${boundsOf(evidence, estimate)})`;
}

/** "0 % to 1.1 %" */
export function boundsOf(evidence: Pick<Evidence, 'unit'>, { lower, upper }: Estimate): string {
  if (lower === null) return upper === null ? 'no bounds yet' : `at most ${figure(evidence, upper)}`;
  return upper === null
    ? `at least ${figure(evidence, lower)}`
    : `${figure(evidence, lower)} to ${figure(evidence, upper)}`;
}

/** One line on a hypothesis while the run goes on. */
export function describeEvidence(evidence: Evidence, logNeeded: number): string {
  const { experimental, control } = evidence;
  const against = control.value === null ? '' : `, control ${figure(evidence, control.value)}`;
  const value = experimental.n === 0 ? 'no data yet' : withBounds(evidence, experimental);
  return `${evidence.claim}: ${value}${against}; evidence of harm ${times(evidence.logHarm)} of ${times(logNeeded)}`;
}

/** How long the fault was in place: "after 6 s of 60 s". */
function howLong(record: RunRecord): string {
  const { injectedMs, plannedMs } = momentsOf(record);
  return injectedMs === null ? '' : ` after ${duration(injectedMs)} of ${duration(plannedMs)}`;
}

/** Why a run ended early, as the end of a sentence; `after` is put behind "aborted". */
export function describeAbort(reason: AbortReason, after = ''): string {
  switch (reason.code) {
    case 'alarm':
      return `aborted${after} because alarm ${reason.alarm} fired`;
    case 'deviation':
      return `aborted${after}`;
    case 'steady-state-absent':
      return `aborted${after} because the control group, which gets no fault, broke the tolerance as well`;
    case 'person':
      return `stopped by ${reason.by}${after}`;
    case 'kill-switch':
      return `aborted${after} by the kill switch`;
    case 'deadline':
      return `ended${after} because not every fault was in place by then`;
    case 'apply-failed':
      return `aborted${after} because a fault could not be applied (${unstopped(reason.detail)})`;
    case 'apply-unknown':
      return `aborted${after} because it is not known whether a fault was applied`;
    case 'not-measurable':
      return `aborted${after} because the run could not be watched (${unstopped(reason.detail)})`;
    case 'not-ready':
      return `aborted${after} because its preparation failed (${unstopped(reason.detail)})`;
    default:
      return assertNever(reason);
  }
}

/** "while half of the DynamoDB reads fail, " */
function underFaults({ environment: { faults } }: RunRecord): string {
  const [first] = faults;
  if (first === undefined) return '';
  const sentence = decapitalised(unstopped(first.sentence));
  const short = faults.length === 1 && sentence.length <= longestFault;
  return short
    ? `while ${sentence}, `
    : `under ${faults.length === 1 ? 'the fault' : `${faults.length} faults at once`}, `;
}

/** What became of one resource. */
export function describeRevert(unit: Unit): string {
  return unit.state.at === 'reverted' ? revertNotes[unit.state.how] : `not taken back yet: ${unit.state.at}`;
}

const revertNotes: Readonly<Record<RevertNote, string>> = {
  'never-applied': 'never applied, so nothing to take back',
  restored: 'restored to what it was before',
  drift: 'changed by somebody else meanwhile, and left as they set it',
  absent: 'gone, and the fault with it',
};

/** Whether every change is gone, in one sentence. */
export function describeReverts(units: readonly Unit[]): string {
  if (units.length === 0) return 'Nothing was changed, so nothing had to be taken back.';
  const open = units.filter((unit) => unit.state.at !== 'reverted');
  if (open.length > 0)
    return `Not every change was taken back yet: ${listed(open.map((unit) => unit.resource))}.`;
  if (units.every((unit) => unit.state.at === 'reverted' && unit.state.how === 'never-applied'))
    return 'No fault was applied, so nothing had to be taken back.';
  const notes = [...new Set(units.map(describeRevert))];
  const groups = notes.map(
    (note) =>
      `${listed(units.filter((unit) => describeRevert(unit) === note).map((unit) => unit.resource))} ${note}`,
  );
  return `Every change was taken back: ${groups.join('; ')}.`;
}

export function unstopped(sentence: string): string {
  return sentence.trim().replace(/[.;,]+$/, '');
}

/** Lower-cases an ordinary first word; names such as DynamoDB or AWS stay. */
export function decapitalised(sentence: string): string {
  return /^[A-Z][a-z]*(\s|,|$)/.test(sentence)
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence;
}

/** A fragment as the start of a sentence. */
export function capitalised(fragment: string): string {
  return fragment.charAt(0).toUpperCase() + fragment.slice(1);
}
