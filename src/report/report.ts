import type { Estimate, Evidence, TargetObservation } from '../core/evidence.ts';
import { silentFaults } from '../core/in-effect.ts';
import { checksOf, type ReportCheck } from './checks.ts';
import { exposureOf } from '../core/exposure.ts';
import type { EpochMs } from '../core/ids.ts';
import type { HypothesisState, Run, Unit } from '../core/run.ts';
import type { HypothesisVerdict } from '../core/verdict.ts';
import type { Fault } from '../generated/types.ts';
import { sparedSentences } from './spared.ts';
import { findingsOf } from './findings.ts';
import type { RunEnvironment, RunRecord } from './record.ts';
import { describeRevert, describeReverts, describeVerdict, type Result } from './sentences.ts';
import { latestEvidence, latestTargets, looksOf, momentsOf } from './timeline.ts';

/**
 * What a run showed, as `report.json` holds it. Within a schema version keys are only ever added. Instants are
 * milliseconds since 1970, durations milliseconds, shares fractions between 0 and 1.
 */
export interface Report {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly experiment: string;
  /** As the author of the experiment wrote it. */
  readonly hypothesis: string;
  readonly stage: string;
  /** How the run went: a verdict, or why there is none. */
  readonly result: Result;
  /** `completed`, `aborted`, `refused` or `errored`; null while the run goes on. */
  readonly outcome: 'completed' | 'aborted' | 'refused' | 'errored' | null;
  /** One sentence for people. */
  readonly sentence: string;
  /** Code of the abort or refusal; null without one. */
  readonly reasonCode: string | null;
  readonly times: ReportTimes;
  readonly exposure: number;
  /** Requests that asked for their faults by a directive; null where the experiment takes none. */
  readonly directed: number | null;
  readonly requestedBy: string;
  readonly hypotheses: readonly ReportHypothesis[];
  /** Signals that are kept or broken at each look. */
  readonly checks: readonly ReportCheck[];
  readonly notJudged: Run['notJudged'];
  readonly faults: readonly ReportFault[];
  readonly targets: readonly ReportTarget[];
  /** Sentences on the difference that the fault made. */
  readonly findings: readonly string[];
  /** Sentences on why less was injected than was asked for, and on whom the faults were for. */
  readonly spared: readonly string[];
  readonly reverts: {
    /** No change of this run is in place any more. */
    readonly complete: boolean;
    readonly sentence: string;
    readonly resources: readonly ReportRevert[];
  };
  readonly environment: RunEnvironment;
}

export interface ReportTimes {
  readonly requestedAt: EpochMs;
  /** When the first fault was about to be applied; null where the run did not come to it, as below. */
  readonly injectedAt: EpochMs | null;
  /** When the run began to take the faults back. */
  readonly stoppedAt: EpochMs | null;
  /** When every change had been read back as gone. */
  readonly revertedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  readonly injectedMs: number | null;
  readonly plannedMs: number;
}

export interface ReportHypothesis {
  /** `<signal>.<id>`. */
  readonly hypothesis: string;
  readonly claim: string;
  readonly signal: string | null;
  readonly target: string | null;
  readonly unit: 'share' | 'ms' | null;
  /** Null where nothing was measured, as for `unit`, `signal` and `target`. */
  readonly tolerance: number | null;
  /** Null while the run goes on. */
  readonly verdict: HypothesisVerdict['verdict'] | null;
  readonly why: string | null;
  readonly experimental: Estimate;
  readonly control: Estimate;
  /** Natural logarithms of e-values: the largest seen, and what calls it a deviation. */
  readonly harm: { readonly reached: number; readonly needed: number };
  /** The same for "held", at the latest look; `reached` is null where it cannot be shown. */
  readonly kept: { readonly reached: number | null; readonly needed: number };
}

export interface ReportFault {
  readonly id: string;
  readonly kind: Fault['kind'];
  readonly target: string;
  readonly sentence: string;
  /** How often it was injected. */
  readonly fired: number;
  /** Whether it ever was in place, for what changes AWS; null for what works inside a function. */
  readonly inPlace: boolean | null;
}

export interface ReportTarget {
  readonly target: string;
  /** How many places reported. */
  readonly realms: number;
  readonly experimental: GroupFigures;
  readonly control: GroupFigures;
  /** Exposed invocations or calls that were left alone, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

export interface GroupFigures {
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
  readonly late: number;
}

export interface ReportRevert {
  readonly resource: string;
  readonly state: string;
  readonly sentence: string;
  /** Reads that showed the change gone, by time. */
  readonly cleanReadsAt: readonly EpochMs[];
}

/** Everything a report says, without the series that its charts are drawn from. */
export function reportOf(record: RunRecord): Report {
  const { run, environment } = record;
  const looks = looksOf(record.journal);
  const headline = describeVerdict(record);
  const targets = latestTargets(looks);
  return {
    schemaVersion: 1,
    runId: run.id,
    experiment: run.experiment.name,
    hypothesis: run.experiment.hypothesis,
    stage: run.settings.stage,
    result: headline.result,
    outcome: run.outcome?.result ?? null,
    sentence: headline.sentence,
    reasonCode: reasonCode(run),
    times: momentsOf(record),
    exposure: exposureOf(run.experiment),
    directed: run.experiment.directives === true ? (run.measuring.directives?.invocations ?? 0) : null,
    requestedBy: run.requestedBy,
    hypotheses: hypothesesOf(run, latestEvidence(looks)),
    checks: checksOf(run, record.journal),
    notJudged: run.notJudged,
    faults: faultsOf(record, targets),
    targets: targets.map(targetFigures),
    findings: findingsOf(record, targets),
    spared: sparedSentences(run, targets),
    reverts: {
      complete: run.units.every((unit) => unit.state.at === 'reverted') && run.outcome !== null,
      sentence: describeReverts(run.units),
      resources: run.units.map((unit) => revertOf(unit, record)),
    },
    environment,
  };
}

function reasonCode({ outcome, abort }: Run): string | null {
  return outcome?.result === 'refused' ? outcome.code : (abort?.code ?? null);
}

const noData: Estimate = { n: 0, bad: 0, value: null, lower: null, upper: null };

function hypothesesOf(run: Run, latest: ReadonlyMap<string, Evidence>): ReportHypothesis[] {
  const verdicts = run.outcome !== null && 'verdict' in run.outcome ? run.outcome.verdict.hypotheses : [];
  return run.hypotheses.map((state) => {
    const evidence = latest.get(state.hypothesis);
    const verdict = verdicts.find((one) => one.hypothesis === state.hypothesis);
    return {
      hypothesis: state.hypothesis,
      claim: state.claim,
      signal: evidence?.signal ?? null,
      target: evidence?.target ?? null,
      unit: evidence?.unit ?? null,
      tolerance: evidence?.tolerance ?? null,
      verdict: verdict?.verdict ?? null,
      why: verdict?.why ?? null,
      experimental: evidence?.experimental ?? noData,
      control: evidence?.control ?? noData,
      ...evidenceOf(state, run),
    };
  });
}

/** What was reached, beside what the core asks for. Before any look there is no evidence: 1 to 1. */
function evidenceOf(state: HypothesisState, run: Run): Pick<ReportHypothesis, 'harm' | 'kept'> {
  const { alphaAbort, alphaHeld } = run.settings.judge;
  const looked = state.maxLogHarm > -Number.MAX_VALUE;
  return {
    harm: { reached: looked ? state.maxLogHarm : 0, needed: Math.log(1 / (alphaAbort * state.weight)) },
    kept: { reached: looked ? state.logHeld : 0, needed: Math.log(1 / alphaHeld) },
  };
}

function faultsOf({ run, environment }: RunRecord, targets: readonly TargetObservation[]): ReportFault[] {
  return run.experiment.faults.map((fault, index) => {
    const id = `f${index + 1}`;
    return {
      id,
      kind: fault.kind,
      target: fault.target,
      sentence: environment.faults.find((one) => one.id === id)?.sentence ?? fault.kind,
      inPlace: inPlace(run, id),
      // Without groups the journal has no looks at them; the run itself knows the latest.
      fired:
        targets.length === 0
          ? (run.measuring.fired[id] ?? 0)
          : targets.reduce((sum, target) => sum + (target.fired[id] ?? 0), 0),
    };
  });
}

function inPlace(run: Run, fault: string): boolean | null {
  const unit = run.units.find(({ faults, driver }) => driver !== 'dose' && faults.includes(fault));
  return unit === undefined ? null : !silentFaults(run).includes(fault);
}

function targetFigures({ target, realms, experimental, control, skipped }: TargetObservation): ReportTarget {
  return {
    target,
    realms,
    experimental: groupFigures(experimental),
    control: groupFigures(control),
    skipped,
  };
}

function groupFigures({ started, finished, failed, late }: TargetObservation['control']): GroupFigures {
  return { started, finished, failed, late };
}

function revertOf(unit: Unit, { journal }: RunRecord): ReportRevert {
  const clean = journal.filter(
    ({ what }) =>
      what.type === 'effect' &&
      what.unit === unit.id &&
      (what.effect === 'revert' || what.effect === 'read-back') &&
      /^(clean|drift|absent)\b/.test(what.outcome),
  );
  return {
    resource: unit.resource,
    state: unit.state.at,
    sentence: describeRevert(unit),
    cleanReadsAt: clean.map((entry) => entry.at),
  };
}

/** The text of `report.json`, which pipelines read: its keys stay. */
export function reportJson(record: RunRecord): string {
  return `${JSON.stringify(reportOf(record), null, 2)}\n`;
}
