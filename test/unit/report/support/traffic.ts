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
  readonly bucket: number;
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
    all.push({ group, startedAt: at, latencyMs, bucket: bucketOf(latencyMs), failed, hits });
  }
  return all;
}

/** What a look at that traffic shows at an instant; invocations that have not started by then do not show. */
export function observe(
  plan: TrafficPlan,
  all: readonly Invocation[],
  at: number,
  final: boolean,
): TargetObservation {
  const groups = { experimental: new Tally(plan, at, final), control: new Tally(plan, at, final) };
  let fired = 0;
  for (const one of all) {
    if (one.startedAt > at) break;
    groups[one.group].add(one);
    fired += one.hits;
  }
  const started = groups.experimental.all.started + groups.control.all.started;
  return {
    target: plan.target,
    at,
    realms: started === 0 ? 0 : 3,
    experimental: groups.experimental.totals(),
    control: groups.control.totals(),
    fired: fired === 0 ? {} : { [plan.fault]: fired },
    skipped: plan.skipped,
  };
}

const nothing = { started: 0, finished: 0, failed: 0, late: 0 };

/** One group at one instant. */
class Tally {
  readonly all = { ...nothing };
  readonly closed = { ...nothing };
  readonly #buckets = new Map<number, number>();
  readonly #plan: TrafficPlan;
  readonly #at: number;
  readonly #final: boolean;

  constructor(plan: TrafficPlan, at: number, final: boolean) {
    this.#plan = plan;
    this.#at = at;
    this.#final = final;
  }

  add(one: Invocation): void {
    const { deadlineMs, graceMs } = this.#plan;
    const over = one.startedAt + deadlineMs + graceMs <= this.#at;
    const answers = one.latencyMs <= deadlineMs;
    const finished = answers && one.startedAt + one.latencyMs <= this.#at;
    for (const counts of over || this.#final ? [this.all, this.closed] : [this.all]) {
      counts.started += 1;
      if (finished) counts.finished += 1;
      if (finished && one.failed) counts.failed += 1;
      if (!answers && over) counts.late += 1;
    }
    if (finished) this.#buckets.set(one.bucket, (this.#buckets.get(one.bucket) ?? 0) + 1);
  }

  totals(): GroupTotals {
    return { ...this.all, closed: this.closed, histogram: histogramOf(this.#buckets) };
  }
}
