import type { GroupCounters } from '../../generated/types.ts';
import { bucketOf, coarsened, packHistogram, type Histogram } from './histogram.ts';

/** What the schema lets one report carry. */
const MOST_COHORTS = 16;

interface Counts {
  started: number;
  finished: number;
  failed: number;
}

/** What happened to the enrolled invocations of one group, since the run began in this realm. */
export class GroupCounts {
  readonly #total: Counts = { started: 0, finished: 0, failed: 0 };
  readonly #cohorts = new Map<number, Counts>();
  readonly #histogram: Histogram = new Map();

  /** @param cohort the tick in which the invocation started */
  start(cohort: number): void {
    this.#total.started += 1;
    this.#cohort(cohort).started += 1;
  }

  finish(cohort: number, failed: boolean, ms: number, lnGamma: number): void {
    const bucket = bucketOf(ms, lnGamma);
    this.#histogram.set(bucket, (this.#histogram.get(bucket) ?? 0) + 1);
    for (const counts of [this.#total, this.#cohort(cohort)]) {
      counts.finished += 1;
      if (failed) counts.failed += 1;
    }
  }

  outstanding(): number {
    return this.#total.started - this.#total.finished;
  }

  /** @param stride how many latency buckets are merged into one */
  report(stride: number): GroupCounters {
    return {
      ...this.#total,
      histogram: packHistogram(coarsened(this.#histogram, stride)),
      ...(stride === 1 ? {} : { stride }),
      cohorts: this.#latest(),
    };
  }

  #cohort(cohort: number): Counts {
    const known = this.#cohorts.get(cohort);
    if (known !== undefined) return known;
    this.#fold();
    const fresh = { started: 0, finished: 0, failed: 0 };
    this.#cohorts.set(cohort, fresh);
    return fresh;
  }

  /** Forgets the oldest cohorts that are complete: they live on in the totals. Without it memory would grow for ever. */
  #fold(): void {
    for (const cohort of [...this.#cohorts.keys()].sort((a, b) => a - b)) {
      if (this.#cohorts.size < MOST_COHORTS) return;
      const counts = this.#cohorts.get(cohort);
      if (counts !== undefined && counts.started === counts.finished) this.#cohorts.delete(cohort);
    }
  }

  /**
   * The latest ones, and older ones that still have an invocation without outcome. Fewer than sixteen are all there
   * ever were: whoever reads relies on that.
   */
  #latest(): GroupCounters['cohorts'] {
    const all = [...this.#cohorts].sort(([a], [b]) => a - b).filter(([, counts]) => counts.started > 0);
    const open = all.filter(([, counts]) => counts.started > counts.finished).slice(-MOST_COHORTS);
    const room = MOST_COHORTS - open.length;
    const closed =
      room === 0 ? [] : all.filter(([, counts]) => counts.started === counts.finished).slice(-room);
    return [...open, ...closed]
      .sort(([a], [b]) => a - b)
      .map(([cohort, { started, finished, failed }]) => [cohort, started, finished, failed]);
  }
}
