import { unevenSplit } from '../stats/balance.ts';
import { judgeCheck } from './check-verdicts.ts';
import { onlyDirectives, withoutDirectives } from './directives.ts';
import type { Evidence, JudgeSettings, TargetObservation } from './evidence.ts';
import type { HypothesisState, Run } from './run.ts';
import { faultsWithoutEffect, needsLayer, silentFaults } from './in-effect.ts';
import { mostSkipped, seenInstead } from './skipped.ts';
import { stickyDoubt } from './sticky.ts';
import type { CheckVerdict, HypothesisVerdict, Verdict } from './verdict.ts';

/** Joint evidence of harm: the weighted mean of the e-values, as a logarithm. An abort needs log(1/alphaAbort). */
export function logJoint(evidence: readonly Evidence[], states: readonly HypothesisState[]): number {
  const terms = states.map((state) => {
    const found = evidence.find((one) => one.hypothesis === state.hypothesis);
    return Math.log(state.weight) + (found?.logHarm ?? 0);
  });
  if (terms.length === 0) return 0;
  const max = Math.max(...terms);
  if (!Number.isFinite(max)) return max;
  return max + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - max), 0));
}

/** Keeps the largest harm ever seen, and the latest word on "held". */
export function absorb(
  states: readonly HypothesisState[],
  evidence: readonly Evidence[],
): readonly HypothesisState[] {
  return states.map((state) => {
    const found = evidence.find((one) => one.hypothesis === state.hypothesis);
    if (found === undefined) return state;
    return {
      ...state,
      maxLogHarm: storable(Math.max(state.maxLogHarm, found.logHarm)),
      maxLogControlHarm: storable(Math.max(state.maxLogControlHarm, found.logControlHarm ?? -Infinity)),
      logHeld: found.logHeld === null ? null : storable(found.logHeld),
    };
  });
}

/** JSON has no infinity: stored, it would read as nothing at all. */
function storable(log: number): number {
  return Math.min(Math.max(log, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** Against "every enrolled invocation is in the experimental group with probability pi", as a logarithm. */
export function logUneven({ experimental, control }: TargetObservation, pi: number): number {
  const n = experimental.started + control.started;
  return n === 0 ? 0 : unevenSplit({ experimental: experimental.started, n }, pi);
}

/** A thousand to one against it: what made the groups uneven may also have made them differ. */
export function unevenGroups(run: Run): boolean {
  return run.measuring.maxLogUneven >= Math.log(1000);
}

export function deviated(state: HypothesisState, judge: JudgeSettings): boolean {
  return state.maxLogHarm >= Math.log(1 / (judge.alphaAbort * state.weight));
}

/** The control group itself breaks the tolerance: the steady state is absent, with or without the fault. */
export function absentInControl(state: HypothesisState, judge: JudgeSettings): boolean {
  return state.maxLogControlHarm >= Math.log(1 / (judge.alphaAbort * state.weight));
}

/** The verdict at the end of a run, from what was kept of every look. */
export function verdictOf(run: Run): Verdict {
  const { judge } = run.settings;
  const sticky = stickyDoubt(run.experiment);
  const hypotheses = run.hypotheses.map((state): HypothesisVerdict => judgeOne(state, judge, sticky));
  const obstacle = obstacleTo(run);
  const checks = run.checks.map(judgeCheck);
  const base = { hypotheses, checks, notJudged: run.notJudged };
  if (obstacle !== null) return { ...base, verdict: 'inconclusive', sentence: obstacle };
  const all = [...hypotheses, ...checks];
  const broken = all.filter((one) => one.verdict === 'deviated');
  if (run.abort?.code === 'deviation' || broken.length > 0) {
    const names = broken.length > 0 ? broken.map((one) => one.claim) : run.hypotheses.map((one) => one.claim);
    return { ...base, verdict: 'deviated', sentence: `The steady state did not hold: ${names.join('; ')}.` };
  }
  if (run.abort !== null)
    return { ...base, verdict: 'inconclusive', sentence: 'The run ended before a verdict could be reached.' };
  const doubt = doubtOf(run) ?? sticky ?? undecided(hypotheses, checks);
  if (doubt !== null) return { ...base, verdict: 'inconclusive', sentence: doubt };
  const claims = all.map((one) => one.claim).join('; ');
  return { ...base, verdict: 'held', sentence: `The steady state held: ${claims}.` };
}

function undecided(hypotheses: readonly HypothesisVerdict[], checks: readonly CheckVerdict[]): string | null {
  const open = hypotheses.filter((one) => one.verdict === 'inconclusive');
  const unknown = checks.filter((one) => one.verdict === 'inconclusive');
  const sentences = [
    ...(open.length > 0 ? [`Too little data to say: ${open.map((one) => one.claim).join('; ')}.`] : []),
    ...(unknown.length > 0
      ? [`Not known: ${unknown.map((one) => `${one.claim} (${decapitalised(one.why)})`).join('; ')}.`]
      : []),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}

function decapitalised(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');
}

function judgeOne(state: HypothesisState, judge: JudgeSettings, sticky: string | null): HypothesisVerdict {
  const { hypothesis, claim } = state;
  const harm = Math.exp(Math.min(state.maxLogHarm, 700));
  if (deviated(state, judge))
    return {
      hypothesis,
      claim,
      verdict: 'deviated',
      why: `Evidence of harm reached ${round(harm)} to 1; ${round(1 / (judge.alphaAbort * state.weight))} to 1 are enough.`,
    };
  if (sticky !== null) return { hypothesis, claim, verdict: 'inconclusive', why: sticky };
  const needed = Math.log(1 / judge.alphaHeld);
  if (state.logHeld !== null && state.logHeld >= needed)
    return {
      hypothesis,
      claim,
      verdict: 'held',
      why: `Evidence that the tolerance is kept reached ${round(Math.exp(Math.min(state.logHeld, 700)))} to 1; ${round(1 / judge.alphaHeld)} to 1 are enough.`,
    };
  const reached = state.logHeld === null ? 'nothing' : `${round(Math.exp(state.logHeld))} to 1`;
  return {
    hypothesis,
    claim,
    verdict: 'inconclusive',
    why: `Evidence that the tolerance is kept reached ${reached}; ${round(1 / judge.alphaHeld)} to 1 are needed.`,
  };
}

/**
 * What keeps a run from showing anything about its faults, whatever made it end: none of them had an effect, the layer
 * never reported, or the control group fares as badly, which the abort may have come too early to see.
 */
function obstacleTo(run: Run): string | null {
  if (run.hypotheses.length === 0 && run.checks.length === 0)
    return 'No signal of this experiment could be judged here.';
  if (run.hypotheses.some((state) => absentInControl(state, run.settings.judge)))
    return 'The control group, which gets no fault, breaks the tolerance as well: the steady state was absent.';
  if (unevenGroups(run)) return 'The groups are not split as they were drawn, so nothing can be compared.';
  // What broke although only some of the faults did anything broke under those.
  return silentFaults(run).length < run.experiment.faults.length ? null : silence(run);
}

/** What keeps a run from showing that the steady state holds under all of its faults. */
function doubtOf(run: Run): string | null {
  const without = faultsWithoutEffect(run);
  return without.length > 0
    ? `Fault ${without.join(', ')} was in place, but had no effect that could be seen.`
    : (silence(run) ?? brokenOff(run));
}

/** Where a sandbox has stopped injecting, the experimental group had less of the fault than was asked for. */
function brokenOff({ measuring }: Run): string | null {
  const spared = measuring.skipped?.['breaker'] ?? 0;
  if (spared === 0) return null;
  return `Too many invocations failed in at least one sandbox, which then injected nothing more: ${spared} exposed invocations had no fault.`;
}

function silence(run: Run): string | null {
  const { measuring, experiment } = run;
  const undirected = withoutDirectives(run);
  if (undirected !== null) return undirected;
  if (needsLayer(run) && measuring.realms === 0)
    return 'The layer never reported: no function was invoked, or it runs without the layer or its permissions.';
  if (needsLayer(run) && measuring.enrolled === 0 && !onlyDirectives(experiment))
    return `No invocation was enrolled${seenInstead(measuring)}.`;
  const silent = silentFaults(run);
  if (silent.length === 0) return null;
  const which = silent.length === experiment.faults.length ? 'No fault was ever' : never(silent);
  return `${which} injected: ${mostSkipped(measuring) ?? 'no invocation or call matched it'}.`;
}

function never(faults: readonly string[]): string {
  return `Fault ${faults.join(', ')} was never`;
}

function round(value: number): string {
  return value >= 1e6 ? 'more than a million' : String(Number(value.toPrecision(3)));
}
