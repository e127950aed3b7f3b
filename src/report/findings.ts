import type { TargetObservation } from '../core/evidence.ts';
import { stickyTargets } from '../core/sticky.ts';
import { requiredOneArm } from '../stats/planning.ts';
import { unevenSplit } from '../stats/balance.ts';
import { quantile, quantileInterval } from '../stats/quantiles.ts';
import { differenceInterval } from '../stats/two-arms.ts';
import { counted, exactShare, millis, points, share } from './format.ts';
import type { RunRecord } from './record.ts';
import { boundsAlpha, failuresOf, latenciesOf } from './series.ts';
import { decapitalised, isRelative, subject } from './sentences.ts';
import { latestEvidence, looksOf } from './timeline.ts';

/** Groups this uneven were not drawn by chance: a thousand to one. */
const logUneven = Math.log(1_000);
/** A share seen so near its tolerance that no such run would tell. */
const farBeyond = 100;
const quantiles = [
  { q: 0.5, name: 'Half of the answers came' },
  { q: 0.95, name: '95 % of the answers came' },
] as const;

/** What the run shows of the difference that the fault made: a sentence each, on figures alone. */
export function findingsOf(record: RunRecord, targets: readonly TargetObservation[]): string[] {
  const many = targets.length > 1;
  return [
    ...targets.flatMap((observation) => {
      const { experimental, control } = observation;
      if (experimental.started === 0 || control.started === 0) return [];
      return [...uneven(record, observation), failures(record, observation), ...slowness(observation)].map(
        (one) => (many ? `${observation.target}: ${decapitalised(one)}` : one),
      );
    }),
    ...moreData(record),
  ];
}

/** On cohorts that can no longer change: of all invocations, quick outcomes would be counted before slow ones. */
function failures({ run }: RunRecord, { experimental, control }: TargetObservation): string {
  const bad = {
    experimental: experimental.closed.failed + experimental.closed.late,
    control: control.closed.failed + control.closed.late,
  };
  const { lower, upper } = differenceInterval(
    {
      experimentalBad: bad.experimental,
      experimentalGood: experimental.closed.started - bad.experimental,
      controlBad: bad.control,
      controlGood: control.closed.started - bad.control,
    },
    { pi: run.settings.judge.pi, centre: 0 },
    boundsAlpha,
  );
  const both = `${shareOf(experimental)} of exposed invocations failed, ${shareOf(control)} of the control group`;
  const range = `the difference lies between ${points(lower).replace(' points', '')} and ${points(upper)}, with 95 % confidence`;
  if (lower > 0) return `The fault made invocations fail: ${both}; ${range}.`;
  if (upper < 0) return `Under the fault fewer invocations failed: ${both}; ${range}.`;
  return `${both}; ${range}.`;
}

function shareOf(group: TargetObservation['control']): string {
  const { value } = failuresOf(group, boundsAlpha);
  return value === null ? 'none yet' : share(value);
}

function slowness({ experimental, control }: TargetObservation): string[] {
  return quantiles.flatMap(({ q, name }) => {
    const [slow, usual] = [latenciesOf(experimental), latenciesOf(control)];
    const [a, b] = [quantile(slow, q), quantile(usual, q)];
    const [boundsA, boundsB] = [
      quantileInterval(slow, q, boundsAlpha),
      quantileInterval(usual, q, boundsAlpha),
    ];
    if (a === null || b === null) return [];
    const both = `${name} within ${millis(a)} under the fault and within ${millis(b)} without it`;
    // Each bound errs half of alpha on its side, so both together err no more than alpha.
    if (boundsA.lower !== null && boundsB.upper !== null && boundsA.lower > boundsB.upper)
      return [`${both}: ${slower(boundsA.lower / boundsB.upper)}.`];
    if (boundsA.upper !== null && boundsB.lower !== null && boundsA.upper < boundsB.lower)
      return [`${both}: faster under the fault.`];
    return [`${both}; the bounds of the two overlap.`];
  });
}

function uneven({ run }: RunRecord, { target, experimental, control }: TargetObservation): string[] {
  if (stickyTargets(run.experiment).has(target)) return [];
  const n = experimental.started + control.started;
  if (unevenSplit({ experimental: experimental.started, n }, run.settings.judge.pi) < logUneven) return [];
  return [
    `The groups are not of the promised sizes (${experimental.started} and ${control.started}), which chance hardly explains: do not trust the comparison.`,
  ];
}

/** How many invocations an open question would have taken, where that can be told. */
function moreData({ run, journal }: RunRecord): string[] {
  if (run.outcome === null || !('verdict' in run.outcome) || run.outcome.verdict.verdict !== 'inconclusive')
    return [];
  const open = new Set(
    run.outcome.verdict.hypotheses
      .filter((one) => one.verdict === 'inconclusive')
      .map((one) => one.hypothesis),
  );
  return [...latestEvidence(looksOf(journal)).values()].flatMap((evidence) => {
    const { experimental, tolerance, unit } = evidence;
    if (
      !open.has(evidence.hypothesis) ||
      unit !== 'share' ||
      isRelative(evidence) ||
      experimental.value === null
    )
      return [];
    const budget = { alpha: run.settings.judge.alphaHeld, weight: 1 };
    const needed = requiredOneArm('down', experimental.value, tolerance, budget);
    if (needed === null || needed <= experimental.n || needed > farBeyond * experimental.n) return [];
    return [
      `To show ${subject(evidence)} within ${exactShare(tolerance)}, about ${counted(twoDigits(needed), 'exposed invocation')} would be needed at the share seen; there were ${experimental.n}.`,
    ];
  });
}

function twoDigits(value: number): number {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / scale) * scale;
}

/** By how much at least: rounded down. */
function slower(ratio: number): string {
  if (ratio < 1.1) return 'slower under the fault';
  return `at least ${ratio >= 10 ? Math.floor(ratio) : (Math.floor(ratio * 10) / 10).toFixed(1)} times as long`;
}
