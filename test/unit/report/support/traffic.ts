import type { GroupTotals, TargetObservation } from '../../../../src/core/evidence.ts';
import { bucketOf, histogramOf } from '../../../../src/stats/histogram.ts';
import type { Random } from './random.ts';

/** How invocations of one group go. */
export interface Behaviour {
  readonly failShare: number;
  readonly medianMs: number;
  readonly sigma: number;
  /** Injections per invocation. */
  readonly hits: number;
}

export interface TrafficPlan {
  readonly target: string;
  /** The fault that hits it. */
  readonly fault: string;
  readonly perSecond: number;
  readonly deadlineMs: number;
  readonly graceMs: number;
  readonly experimental: Behaviour;
  readonly control: Behaviour;
  readonly skipped: Readonly<Record<string, number>>;
}

interface Invocation {
  readonly group: 'experimental' | 'control';
  readonly startedAt: number;
  readonly latencyMs: number;
  readonly failed: boolean;
  readonly hits: number;
}

/** Invocations of the two groups between two instants, as a Poisson process. */
export function invocations(plan: TrafficPlan, from: number, to: number, random: Random): Invocation[] {
  const all: Invocation[] = [];
  for (
    let at = from + random.wait(1000 / plan.perSecond);
    at < to;
    at += random.wait(1000 / plan.perSecond)
  ) {
    const group = random.share() < 0.5 ? 'experimental' : 'control';
    const behaviour = plan[group];
    const latencyMs = random.around(behaviour.medianMs, behaviour.sigma);
    const failed = random.share() < behaviour.failShare;
    const hits = group === 'control' ? 0 : Math.floor(behaviour.hits + random.share());
    all.push({ group, startedAt: at, latencyMs, failed, hits });
  }
  return all;
}

/** What a look at that traffic shows at an instant. */
export function observe(
  plan: TrafficPlan,
  all: readonly Invocation[],
  at: number,
  final: boolean,
): TargetObservation {
  const started = all.filter((one) => one.startedAt <= at);
  const fired = started.reduce((sum, one) => sum + one.hits, 0);
  return {
    target: plan.target,
    at,
    realms: started.length === 0 ? 0 : 3,
    experimental: totals(
      plan,
      started.filter((one) => one.group === 'experimental'),
      at,
      final,
    ),
    control: totals(
      plan,
      started.filter((one) => one.group === 'control'),
      at,
      final,
    ),
    fired: fired === 0 ? {} : { [plan.fault]: fired },
    skipped: plan.skipped,
  };
}

function totals(plan: TrafficPlan, started: readonly Invocation[], at: number, final: boolean): GroupTotals {
  const patienceMs = plan.deadlineMs + plan.graceMs;
  const counts = (some: readonly Invocation[]) => {
    const finished = some.filter(
      (one) => one.startedAt + one.latencyMs <= at && one.latencyMs <= plan.deadlineMs,
    );
    const late = some.filter((one) => one.latencyMs > plan.deadlineMs && one.startedAt + patienceMs <= at);
    return {
      started: some.length,
      finished: finished.length,
      failed: finished.filter((one) => one.failed).length,
      late: late.length,
    };
  };
  const finished = started.filter(
    (one) => one.startedAt + one.latencyMs <= at && one.latencyMs <= plan.deadlineMs,
  );
  return {
    ...counts(started),
    closed: counts(final ? started : started.filter((one) => one.startedAt + patienceMs <= at)),
    histogram: histogramOf(finished.map((one) => [bucketOf(one.latencyMs), 1] as const)),
  };
}
