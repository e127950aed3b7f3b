import type { CheckResult } from '../core/checks.ts';
import type { Evidence, JudgeSettings, TargetObservation } from '../core/evidence.ts';
import type { EpochMs } from '../core/ids.ts';
import type { Signal, SignalKind } from '../generated/types.ts';
import type { Probes } from './probes.ts';

export type SignalOf<K extends SignalKind> = Extract<Signal, { signal: K }>;

/** Compares the two groups of a function that gets faults. */
export type ComparedSignal = Extract<Signal, { target: string }>;
export type ComparedKind = ComparedSignal['signal'];
/** Is kept or broken at each look. */
export type CheckedSignal = Exclude<Signal, ComparedSignal>;
export type CheckedKind = CheckedSignal['signal'];

/** One kind of steady-state signal. */
export type SignalModule<K extends SignalKind> = K extends ComparedKind
  ? ComparisonModule<K>
  : K extends CheckedKind
    ? CheckModule<K>
    : never;

/** The hypotheses of a signal, and how data are judged against them. Pure. */
export interface ComparisonModule<K extends ComparedKind> {
  readonly kind: K;
  /** The ids of the signal's hypotheses, in a stable order, before any data. */
  hypotheses(signal: SignalOf<K>): HypothesisSpec[];
  /** One evidence per hypothesis, in the same order. */
  judge(signal: SignalOf<K>, observation: TargetObservation, settings: JudgeSettings): Evidence[];
}

/** A module as seen by who has a signal of some kind: it is handed only signals of its own. */
export interface AnyComparisonModule {
  readonly kind: SignalKind;
  hypotheses(signal: Signal): HypothesisSpec[];
  judge(signal: Signal, observation: TargetObservation, settings: JudgeSettings): Evidence[];
}

export interface HypothesisSpec {
  /** `<signal name>.<id>`. */
  readonly hypothesis: string;
  /** For people: "failures at most 1 %". */
  readonly claim: string;
  /** Invocations of both groups after which "held" can be claimed, were the fault harmless and the control group's share of bad outcomes `controlShare`; null where it can never be. */
  heldAfter: (controlShare: number, settings: JudgeSettings) => number | null;
}

/** How one signal is read, and what the reading means. */
export interface CheckModule<K extends CheckedKind> {
  readonly kind: K;
  /** What reads it; a host without that does not judge it. */
  readonly needs: keyof Probes;
  /** For people: "alarm checkout-errors does not fire". */
  claim(signal: SignalOf<K>): string;
  /** Where the file does not say how many looks in a row may go wrong. */
  readonly toleratesByDefault: number;
  knownAfterMs(signal: SignalOf<K>): number;
  look(signal: SignalOf<K>, context: LookContext): Promise<Judged>;
}

export interface AnyCheckModule {
  readonly kind: SignalKind;
  readonly needs: keyof Probes;
  claim(signal: Signal): string;
  readonly toleratesByDefault: number;
  knownAfterMs(signal: Signal): number;
  look(signal: Signal, context: LookContext): Promise<Judged>;
}

export interface LookContext {
  readonly probes: Required<Probes>;
  readonly at: EpochMs;
  /** When the part of the run began that is looked at; null where it has no beginning. */
  readonly since: EpochMs | null;
  /** Aborts where the whole look has taken too long. */
  readonly signal: AbortSignal;
  /** Rejects with a `DeadlineError` where the work takes longer. */
  readonly deadline: <T>(afterMs: number, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Milliseconds on a clock that only serves for differences. */
  readonly now: () => EpochMs;
}

export type Judged = Pick<CheckResult, 'state' | 'value' | 'detail' | 'period' | 'blind'>;
