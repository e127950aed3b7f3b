import type { CheckModule, Judged, SignalOf } from './module.ts';
import type { Datapoint, MetricQuery } from './probes.ts';
import { milliseconds, plain } from './wording.ts';

type Metric = SignalOf<'cloudwatch.metric'>;
type Amount = NonNullable<Metric['atMost']>;

const defaultPeriodMs = 60_000;
/** What CloudWatch shows of a period may still grow for so long after its end. */
const maxLateMs = 60_000;
/** So many of the latest periods are read: what comes late is still found. */
const periodsRead = 3;

const inMs = { seconds: 1000, milliseconds: 1, microseconds: 0.001 } as const;

/** A CloudWatch metric between two limits, period by period. */
export const cloudwatchMetric: CheckModule<'cloudwatch.metric'> = {
  kind: 'cloudwatch.metric',
  needs: 'metrics',
  toleratesByDefault: 0,

  claim(signal) {
    const { metric, stat, atLeast, atMost } = signal;
    const limits = [
      ...(atLeast === undefined ? [] : [`at least ${describe(signal, limitOf(signal, atLeast))}`]),
      ...(atMost === undefined ? [] : [`at most ${describe(signal, limitOf(signal, atMost))}`]),
    ];
    return `${stat} of ${metric} ${limits.join(' and ')}`;
  },

  // The change falls into one period; the next one is the first that shows it alone.
  knownAfterMs: (signal) => 2 * periodOf(signal) + lateMs(periodOf(signal)),

  async look(signal, { probes, at, since, signal: stop }) {
    const query = queryOf(signal, at, since);
    // No period has come to its end since this part of the run began.
    if (query.from >= query.until) return { state: 'unknown', value: null, detail: 'no whole period yet' };
    const [datapoints = []] = await probes.metrics([query], stop);
    return judgeMetric(signal, query, datapoints);
  },
};

/** The periods that lie wholly within the part of the run that began at `since`, and are settled by now. */
export function queryOf(signal: Metric, at: number, since: number | null): MetricQuery {
  const periodMs = periodOf(signal);
  const until = Math.floor((at - lateMs(periodMs)) / periodMs) * periodMs;
  const earliest = until - periodsRead * periodMs;
  const from = since === null ? earliest : Math.max(Math.ceil(since / periodMs) * periodMs, earliest);
  const { namespace, metric, dimensions = {}, stat } = signal;
  return { namespace, metric, dimensions, stat, periodMs, from, until };
}

/** The latest period decides. */
export function judgeMetric(
  signal: Metric,
  { from, until, periodMs }: Pick<MetricQuery, 'from' | 'until' | 'periodMs'>,
  datapoints: readonly Datapoint[],
): Judged {
  const known = datapoints.filter(({ at }) => at >= from && at < until);
  const latest = known.reduce<Datapoint | undefined>(
    (best, one) => (best === undefined || one.at > best.at ? one : best),
    undefined,
  );
  const gap = latest === undefined || latest.at < until - periodMs;
  if (gap && signal.missing === 'deviation')
    return {
      state: 'broken',
      value: null,
      detail: `no data at ${clock(until - periodMs)}`,
      period: until - periodMs,
    };
  if (gap && signal.missing === 'zero') return compare(signal, { at: until - periodMs, value: 0 });
  if (latest !== undefined) return compare(signal, latest);
  return signal.missing === 'ignore'
    ? { state: 'kept', value: null, detail: 'no data, which is ignored' }
    : { state: 'unknown', value: null, detail: `no data from ${clock(from)} to ${clock(until)}` };
}

function compare(signal: Metric, { at, value }: Datapoint): Judged {
  const { atLeast, atMost } = signal;
  const broken =
    (atLeast !== undefined && value < limitOf(signal, atLeast)) ||
    (atMost !== undefined && value > limitOf(signal, atMost)) ||
    Number.isNaN(value);
  return {
    state: broken ? 'broken' : 'kept',
    value,
    detail: `${describe(signal, value)} at ${clock(at)}`,
    period: at,
  };
}

function periodOf({ period }: Metric): number {
  return period ?? defaultPeriodMs;
}

function lateMs(periodMs: number): number {
  return Math.min(periodMs, maxLateMs);
}

/** A limit in the unit that the metric is counted in. */
function limitOf({ timeUnit }: Metric, amount: Amount): number {
  if (typeof amount === 'number') return amount;
  if (timeUnit === undefined)
    throw new Error('A limit with a unit of time needs to know what the metric counts');
  return amount.ms / inMs[timeUnit];
}

function describe({ timeUnit, stat }: Metric, value: number): string {
  return timeUnit === undefined || stat === 'SampleCount'
    ? plain(value)
    : milliseconds(value * inMs[timeUnit]);
}

/** "10:05 UTC" */
function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}
