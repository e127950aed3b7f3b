import type { EpochMs } from './ids.ts';
import type { Histogram } from '../stats/histogram.ts';

/** What is known of one group of one target, summed over every realm. */
export interface GroupTotals {
  readonly started: number;
  /** With an outcome, failed ones included. */
  readonly finished: number;
  readonly failed: number;
  /** Without outcome although the function's timeout and a grace have passed: failed, and slower than any bucket. */
  readonly late: number;
  /** The same, of cohorts that can no longer change: the basis of every claim that something held. */
  readonly closed: {
    readonly started: number;
    readonly finished: number;
    readonly failed: number;
    readonly late: number;
  };
  /** Latency of finished invocations. */
  readonly histogram: Histogram;
}

/** Requests that asked for a fault themselves: they are in neither group. */
export interface Directed {
  readonly invocations: number;
  /** Those of the injections that such a request asked for, by fault id. */
  readonly fired: Readonly<Record<string, number>>;
}

/** One look at one target. */
export interface TargetObservation {
  readonly target: string;
  readonly at: EpochMs;
  readonly realms: number;
  readonly experimental: GroupTotals;
  readonly control: GroupTotals;
  /** Injections by fault id. */
  readonly fired: Readonly<Record<string, number>>;
  /** Invocations whose directive was valid, and what was injected for it; absent where there were none. */
  readonly directed?: Directed;
  /** Enrolled invocations that were left alone, and directives that were ignored, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Invocations that came while the dose was active; absent where no layer has told. */
  readonly seen?: Seen;
}

/** Invocations by whether any fault was for them. */
export interface Seen {
  readonly matched: number;
  readonly others: number;
}

/** A group's figure for a hypothesis, with its time-uniform confidence bounds (level 1 - alpha). */
export interface Estimate {
  readonly n: number;
  readonly bad: number;
  /** Null without data. A share (0 to 1) or milliseconds, by the hypothesis' unit. */
  readonly value: number | null;
  readonly lower: number | null;
  /** Null where unbounded. */
  readonly upper: number | null;
}

/** What the data say about one tolerance at one look. E-values are natural logarithms. */
export interface Evidence {
  /** Unique in the run and stable: `<signal name>.<id>`, for instance `latency.p95`. */
  readonly hypothesis: string;
  readonly signal: string;
  readonly target: string;
  /** For people: "failures at most 1 %". */
  readonly claim: string;
  readonly unit: 'share' | 'ms';
  /** The tolerance in the hypothesis' unit; for relative ones the additive part. */
  readonly tolerance: number;
  /** Against "the tolerance is kept": large means harm. */
  readonly logHarm: number;
  /** Against "the tolerance is exceeded", on closed cohorts: large means held. Null where this tolerance can never be shown to hold. */
  readonly logHeld: number | null;
  /** Against "the control group keeps the absolute tolerance": large means that the steady state is absent anyway. Null for relative ones. */
  readonly logControlHarm: number | null;
  readonly experimental: Estimate;
  readonly control: Estimate;
}

/** The promises on errors, and the shape of the test, of one run. */
export interface JudgeSettings {
  /** Of a false abort in the whole run. */
  readonly alphaAbort: number;
  /** Of a false "held". */
  readonly alphaHeld: number;
  /** Share of enrolled invocations in the experimental group: 1/2. */
  readonly pi: number;
}

export const defaultJudgeSettings: JudgeSettings = { alphaAbort: 0.05, alphaHeld: 0.05, pi: 0.5 };
