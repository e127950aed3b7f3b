import type { EpochMs, RunId } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import { describeLooks, latestDetail, type ReportCheck } from './checks.ts';
import { nextSteps } from './next-steps.ts';
import type { RunRecord } from './record.ts';
import { reportOf, type Report, type ReportHypothesis } from './report.ts';
import { boundsOf, figure, type Result } from './sentences.ts';

/** How a run went, as pipelines are told. */
export interface PipelineResult {
  readonly experiment: string;
  readonly hypothesis: string | null;
  /** Null where there is no run: its start failed. */
  readonly runId: RunId | null;
  /** `not-started`: the start itself was refused or failed; `running`: nobody watched it to its end. */
  readonly result: Result | 'not-started';
  /** One sentence for people. */
  readonly sentence: string;
  /** Whether a person, an alarm or the kill switch ended it early, without a verdict. */
  readonly aborted: boolean;
  readonly startedAt: EpochMs;
  readonly durationMs: number;
  readonly stage: string;
  readonly where: 'local' | 'aws';
  readonly signals: readonly PipelineSignal[];
  /** What to do now, a sentence each. */
  readonly next: readonly string[];
}

/** A signal of the steady state. */
export interface PipelineSignal {
  readonly name: string;
  /** What was promised of it. */
  readonly claim: string;
  /** `not-judged`: it exists only elsewhere, or the run did not come to it. */
  readonly verdict: 'held' | 'deviated' | 'inconclusive' | 'not-judged';
  readonly why: string;
  /** What was seen: "0.2 % (0 % to 1.1 %), control 0.2 %". */
  readonly seen: string;
}

/** Of a run that has ended, or that goes on unwatched. */
export function pipelineResultOf(record: RunRecord): PipelineResult {
  const report = reportOf(record);
  const { run } = record;
  const { outcome } = run;
  return {
    experiment: report.experiment,
    hypothesis: report.hypothesis,
    runId: run.id,
    result: report.result,
    sentence: report.sentence,
    aborted: outcome?.result === 'aborted' && outcome.verdict.verdict === 'inconclusive',
    startedAt: run.requestedAt,
    durationMs: Math.max(0, (run.endedAt ?? run.phaseSince) - run.requestedAt),
    stage: report.stage,
    where: record.environment.where,
    signals: run.experiment.steadyState.map(({ name }) => signalOf(name, report, run)),
    next: nextSteps(record),
  };
}

/** Of a run that there is not, and why. */
export function withoutRun(
  given: Pick<PipelineResult, 'experiment' | 'sentence' | 'startedAt' | 'stage' | 'where' | 'next'>,
): PipelineResult {
  return {
    ...given,
    hypothesis: null,
    runId: null,
    result: 'not-started',
    aborted: false,
    durationMs: 0,
    signals: [],
  };
}

/** Several tolerances of one signal are one line: it is as good as the worst of them. */
function signalOf(name: string, report: Report, run: Run): PipelineSignal {
  const hypotheses = report.hypotheses.filter(({ hypothesis }) => hypothesis.startsWith(`${name}.`));
  const checks = report.checks.filter(({ signal }) => signal === name);
  const elsewhere = run.notJudged.find(({ signal }) => signal === name);
  if (elsewhere !== undefined)
    return { name, claim: '', verdict: 'not-judged', why: elsewhere.why, seen: '' };
  const judged = [...hypotheses, ...checks];
  const verdict = worst(judged.map((one) => one.verdict));
  const telling = judged.filter((one) => (one.verdict ?? 'not-judged') === verdict);
  return {
    name,
    claim: judged.map(({ claim }) => claim).join('; '),
    verdict,
    why:
      verdict === 'not-judged'
        ? 'The run did not come to it.'
        : [...new Set(telling.flatMap(({ why }) => (why === null ? [] : [why])))].join(' '),
    seen: [...hypotheses.map(seenOf), ...checks.map(looksOf)].filter((text) => text !== '').join('; '),
  };
}

const badFirst = ['deviated', 'inconclusive', 'held'] as const;

function worst(verdicts: readonly ReportHypothesis['verdict'][]): PipelineSignal['verdict'] {
  return badFirst.find((verdict) => verdicts.includes(verdict)) ?? 'not-judged';
}

function seenOf({ unit, experimental, control }: ReportHypothesis): string {
  if (unit === null || experimental.n === 0) return '';
  const value = experimental.value === null ? 'slower than any answer' : figure({ unit }, experimental.value);
  const against = control.value === null ? '' : `, control ${figure({ unit }, control.value)}`;
  return `${value} (${boundsOf({ unit }, experimental)})${against}`;
}

function looksOf(check: ReportCheck): string {
  const found = describeLooks(check.looks.during ?? check.looks.after ?? check.looks.before);
  const detail = latestDetail(check);
  return detail === '' ? found : `${found}; last ${detail}`;
}
