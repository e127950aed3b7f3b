import type { Evidence, GroupTotals, JudgeSettings, TargetObservation } from '../core/evidence.ts';
import { oneArm } from '../stats/one-arm.ts';
import { requiredOneArm, requiredTwoArms } from '../stats/planning.ts';
import { twoArms, type ArmCounts, type Contrast } from '../stats/two-arms.ts';
import { failureEstimate, failuresClosed, failuresSoFar } from './estimates.ts';
import type { HypothesisSpec, ComparisonModule, SignalOf } from './module.ts';
import { percent, points } from './wording.ts';

type Tolerance =
  | { readonly kind: 'absolute'; readonly atMost: number }
  | { readonly kind: 'relative'; readonly ratio: number; readonly margin: number };

/** Where the author gives no tolerance: a fault may add half as many failures again, and 0.2 points. */
const defaultTolerance: Tolerance = { kind: 'relative', ratio: 1.5, margin: 0.002 };

/** The share of invocations that fail, time out or never end, against a limit or against the control group. */
export const failures: ComparisonModule<'failures'> = {
  kind: 'failures',

  hypotheses(signal) {
    return tolerancesOf(signal).map((tolerance): HypothesisSpec => ({
      hypothesis: hypothesisOf(signal, tolerance),
      claim: claimOf(tolerance),
      heldAfter: (controlShare, settings) => heldAfter(tolerance, controlShare, settings),
    }));
  },

  judge(signal, observation, settings) {
    return tolerancesOf(signal).map((tolerance): Evidence => {
      const { experimental, control } = observation;
      return {
        hypothesis: hypothesisOf(signal, tolerance),
        signal: signal.name,
        target: signal.target,
        claim: claimOf(tolerance),
        unit: 'share',
        tolerance: tolerance.kind === 'absolute' ? tolerance.atMost : tolerance.margin,
        ...(tolerance.kind === 'absolute'
          ? judgeAbsolute(tolerance.atMost, observation)
          : judgeRelative(contrastOf(tolerance, settings), observation)),
        experimental: failureEstimate(experimental),
        control: failureEstimate(control),
      };
    });
  },
};

type Judged = Pick<Evidence, 'logHarm' | 'logHeld' | 'logControlHarm'>;

function judgeAbsolute(atMost: number, { experimental, control }: TargetObservation): Judged {
  return {
    logHarm: oneArm('up', failuresSoFar(experimental), atMost),
    // No number of successes shows that failures are impossible.
    logHeld: atMost === 0 ? null : oneArm('down', failuresClosed(experimental), atMost),
    logControlHarm: oneArm('up', failuresSoFar(control), atMost),
  };
}

/** Both ways on closed cohorts: with a margin, the order in which outcomes arrive would matter. */
function judgeRelative(contrast: Contrast, { experimental, control }: TargetObservation): Judged {
  const counts = closedCounts(experimental, control);
  return {
    logHarm: twoArms('up', counts, contrast),
    logHeld: canBeShown(contrast) ? twoArms('down', counts, contrast) : null,
    logControlHarm: null,
  };
}

function closedCounts(experimental: GroupTotals, control: GroupTotals): ArmCounts {
  const e = failuresClosed(experimental);
  const c = failuresClosed(control);
  return {
    experimentalBad: e.bad,
    experimentalGood: e.n - e.bad,
    controlBad: c.bad,
    controlGood: c.n - c.bad,
  };
}

function heldAfter(tolerance: Tolerance, controlShare: number, settings: JudgeSettings): number | null {
  const budget = { alpha: settings.alphaHeld, weight: 1 };
  if (tolerance.kind === 'absolute') {
    const inOneGroup = requiredOneArm('down', controlShare, tolerance.atMost, budget);
    return inOneGroup === null ? null : Math.ceil(inOneGroup / settings.pi);
  }
  const contrast = contrastOf(tolerance, settings);
  const harmless = { experimental: controlShare, control: controlShare };
  const needed = canBeShown(contrast) ? requiredTwoArms('down', harmless, contrast, budget) : null;
  return needed === null ? null : Math.ceil(needed);
}

/** "No worse at all" can be refuted but never shown. */
function canBeShown({ ratio, margin }: Contrast): boolean {
  return ratio > 1 || margin > 0;
}

function contrastOf({ ratio, margin }: Tolerance & { kind: 'relative' }, { pi }: JudgeSettings): Contrast {
  return { pi, ratio, margin, centre: 0 };
}

function tolerancesOf({ atMost, noWorseThan }: SignalOf<'failures'>): Tolerance[] {
  const given: Tolerance[] = [];
  if (atMost !== undefined) given.push({ kind: 'absolute', atMost });
  // Shares differ by 100 points at most; a wider margin would be outside what the test is defined for.
  if (noWorseThan !== undefined) given.push({ kind: 'relative', ratio: 1, margin: Math.min(1, noWorseThan) });
  return given.length > 0 ? given : [defaultTolerance];
}

function hypothesisOf(signal: SignalOf<'failures'>, tolerance: Tolerance): string {
  return `${signal.name}.${tolerance.kind === 'absolute' ? 'atMost' : 'noWorseThan'}`;
}

function claimOf(tolerance: Tolerance): string {
  if (tolerance.kind === 'absolute') return `failures at most ${percent(tolerance.atMost)}`;
  const { ratio, margin } = tolerance;
  return ratio === 1
    ? `failures at most ${points(margin)} more than in the control group`
    : `failures at most ${ratio} times the control group plus ${points(margin)}`;
}
