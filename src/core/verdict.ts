/** Whether the steady state held under the fault. */
export interface Verdict {
  readonly verdict: 'held' | 'deviated' | 'inconclusive';
  /** One sentence for people. */
  readonly sentence: string;
  readonly hypotheses: readonly HypothesisVerdict[];
  /** Of the signals that are kept or broken at each look. */
  readonly checks: readonly CheckVerdict[];
  /** Signals that could not be judged here, and why. */
  readonly notJudged: readonly { readonly signal: string; readonly why: string }[];
}

export interface CheckVerdict {
  readonly signal: string;
  readonly claim: string;
  readonly verdict: 'held' | 'deviated' | 'inconclusive';
  readonly why: string;
}

export interface HypothesisVerdict {
  readonly hypothesis: string;
  readonly claim: string;
  readonly verdict: 'held' | 'deviated' | 'inconclusive';
  readonly why: string;
}
