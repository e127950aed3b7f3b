import type { Evidence, JudgeSettings, TargetObservation } from '../core/evidence.ts';
import type { Signal, SignalKind } from '../generated/types.ts';

export type SignalOf<K extends SignalKind> = Extract<Signal, { signal: K }>;

/** One kind of steady-state signal: its hypotheses, and how data are judged against them. Pure. */
export interface SignalModule<K extends SignalKind> {
  readonly kind: K;
  /** The ids of the signal's hypotheses, in a stable order, before any data. */
  hypotheses(signal: SignalOf<K>): HypothesisSpec[];
  /** One evidence per hypothesis, in the same order. */
  judge(signal: SignalOf<K>, observation: TargetObservation, settings: JudgeSettings): Evidence[];
}

/** A module as seen by who has a signal of some kind: it is handed only signals of its own. */
export interface AnySignalModule {
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
