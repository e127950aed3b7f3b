import type { Evidence, GroupTotals } from '../core/evidence.ts';
import { exceedances, total } from '../stats/histogram.ts';
import { oneArm, type Outcomes } from '../stats/one-arm.ts';
import { requiredOneArm } from '../stats/planning.ts';
import { latencyEstimate } from './estimates.ts';
import type { HypothesisSpec, ComparisonModule, SignalOf } from './module.ts';
import { milliseconds } from './wording.ts';

const quantiles = [
  { id: 'p50', q: 0.5, answers: 'half of the answers' },
  { id: 'p95', q: 0.95, answers: '95 % of the answers' },
  { id: 'p99', q: 0.99, answers: '99 % of the answers' },
] as const;

interface Limit {
  readonly hypothesis: string;
  readonly claim: string;
  readonly q: number;
  /** The share of answers that may be slower. */
  readonly slowerAtMost: number;
  readonly limitMs: number;
}

/**
 * Quantiles of the time an invocation takes, each against a limit: "95 % within 800 ms" is "at most 5 % take longer",
 * a share like any other. Buckets cost nothing but power: where the limit lies within one, its values count as within
 * the limit when harm is claimed, and as beyond it when "held" is.
 */
export const latency: ComparisonModule<'latency'> = {
  kind: 'latency',

  hypotheses(signal) {
    return limitsOf(signal).map(({ hypothesis, claim, slowerAtMost }): HypothesisSpec => ({
      hypothesis,
      claim,
      heldAfter(controlShare, { alphaHeld, pi }) {
        const needed = requiredOneArm('down', controlShare, slowerAtMost, { alpha: alphaHeld, weight: 1 });
        return needed === null ? null : Math.ceil(needed / pi);
      },
    }));
  },

  judge(signal, { experimental, control }) {
    return limitsOf(signal).map(({ hypothesis, claim, q, slowerAtMost, limitMs }): Evidence => {
      const slow = slowSoFar(experimental, limitMs);
      const slowInControl = slowSoFar(control, limitMs);
      return {
        hypothesis,
        signal: signal.name,
        target: signal.target,
        claim,
        unit: 'ms',
        tolerance: limitMs,
        logHarm: oneArm('up', slow, slowerAtMost),
        logHeld: oneArm('down', slowClosed(experimental, limitMs), slowerAtMost),
        logControlHarm: oneArm('up', slowInControl, slowerAtMost),
        experimental: latencyEstimate(experimental, q, slow.bad),
        control: latencyEstimate(control, q, slowInControl.bad),
      };
    });
  },
};

function limitsOf(signal: SignalOf<'latency'>): Limit[] {
  return quantiles.flatMap(({ id, q, answers }): Limit[] => {
    const limitMs = signal[id]?.atMost;
    if (limitMs === undefined) return [];
    return [
      {
        hypothesis: `${signal.name}.${id}`,
        claim: `${answers} within ${milliseconds(limitMs)}`,
        q,
        slowerAtMost: 1 - q,
        limitMs,
      },
    ];
  });
}

/** What is beyond the limit for certain. What is pending may still be in time: harm is never overstated. */
function slowSoFar(group: GroupTotals, limitMs: number): Outcomes {
  return { n: group.started, bad: exceedances(group.histogram, limitMs).certain + group.late };
}

/**
 * The most that can be beyond the limit among invocations that can no longer change. Histograms are not kept by
 * cohort: the slow ones of open cohorts count too, which can only hide that something held.
 */
function slowClosed({ closed, finished, histogram }: GroupTotals, limitMs: number): Outcomes {
  const withoutLatency = finished - total(histogram);
  const withoutOutcome = closed.started - closed.finished;
  const slow = exceedances(histogram, limitMs).possible + withoutLatency + withoutOutcome;
  return { n: closed.started, bad: Math.min(closed.started, slow) };
}
