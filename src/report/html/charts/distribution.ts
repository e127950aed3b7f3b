import { millis, share } from '../../format.ts';
import { total, upperEdge, type Histogram } from '../../../stats/histogram.ts';
import { html, type Markup } from '../markup.ts';
import { chart, drawnX, drawnY, HEIGHT, type Group, type Reference } from './frame.ts';
import { linearScale, logScale, type Scale } from './scale.ts';

export interface Distribution {
  readonly group: Group;
  readonly name: string;
  readonly histogram: Histogram;
  /** The latest figure for the legend. */
  readonly figure: string;
}

export interface DistributionChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly distributions: readonly Distribution[];
  readonly limits: readonly Reference[];
  readonly wide: boolean;
}

/** Enough to show a second hump, few enough to be smooth; fewer where there are few values. */
const mostBins = 56;
const fewestBins = 10;

/** Bins of whole buckets: else some would hold one bucket more than their neighbours, and look like a comb. */
interface Bins {
  /** The first bucket of the first bin. */
  readonly from: number;
  /** Buckets in a bin. */
  readonly size: number;
  readonly count: number;
}

/** How latencies spread, in both groups, as shares of each group over a logarithmic axis. Null without latencies. */
export function distributionChart(spec: DistributionChart): Markup | null {
  const { distributions, limits } = spec;
  const buckets = distributions.flatMap(({ histogram }) =>
    histogram.flatMap(([bucket, , width = 1]) => [bucket - width + 1, bucket]),
  );
  if (buckets.length === 0) return null;
  const fewest = Math.min(...distributions.map(({ histogram }) => total(histogram)).filter((n) => n > 0));
  const bins = binsOver(Math.min(...buckets), Math.max(...buckets), fewest);
  const shares = distributions.map(({ histogram }) => sharesOf(histogram, bins));
  const y = linearScale(Math.max(...shares.flat()), (value) => share(value), 3);
  const x = logScale(leftEdge(bins, 0), leftEdge(bins, bins.count), millis);
  const inside = limits.filter(({ value }) => x.position(value) >= 0 && x.position(value) <= 1);
  const outlines = distributions.map(({ group }, index) => ({
    group,
    path: outline(shares[index] ?? [], bins, x, y),
  }));
  return chart({
    ...spec,
    legend: distributions.map(({ group, name, figure }) => ({ group, name, figure })),
    x,
    y,
    uprights: inside,
    drawing: [
      outlines.map(({ group, path }) => html`<path class="band ${group}" d="${path}Z" />`),
      outlines.map(({ group, path }) => html`<path class="line ${group}" d="${path}" />`),
    ],
    xTitle: 'latency, logarithmic; height: share of the group',
  });
}

function binsOver(lowest: number, highest: number, n: number): Bins {
  const wanted = Math.min(mostBins, Math.max(fewestBins, Math.round(2 * Math.sqrt(n))));
  const size = Math.max(2, Math.ceil((highest - lowest + 1) / wanted));
  // A bin of room on either side, so that the outline comes down to nothing within the chart.
  return { from: lowest - size, size, count: Math.ceil((highest - lowest + 1) / size) + 2 };
}

function sharesOf(histogram: Histogram, { from, size, count }: Bins): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const [bucket, n, width = 1] of histogram) {
    // Where in merged buckets the values lie is not known: they are spread evenly.
    for (let at = bucket - width + 1; at <= bucket; at += 1) {
      const bin = Math.floor((at - from) / size);
      counts[bin] = (counts[bin] ?? 0) + n / width;
    }
  }
  const all = total(histogram);
  return counts.map((n) => (all === 0 ? 0 : n / all));
}

/** The latency at which a bin begins, in milliseconds. */
function leftEdge({ from, size }: Bins, bin: number): number {
  return upperEdge(from + bin * size - 1);
}

/** Steps: a histogram is no curve. */
function outline(shares: readonly number[], bins: Bins, x: Scale, y: Scale): string {
  const steps = shares.map((value, bin) => {
    const [left, right] = [drawnX(x, leftEdge(bins, bin)), drawnX(x, leftEdge(bins, bin + 1))];
    return `L${left} ${drawnY(y, value)}H${right}`;
  });
  return `M0 ${HEIGHT}${steps.join('')}V${HEIGHT}`;
}
