import type { GroupCounters, Telemetry } from '../generated/types.ts';
import { coarse, merge, total, type Histogram } from '../stats/histogram.ts';
import { PackingError, unpack } from '../stats/packing.ts';
import type { GroupTotals, Seen, TargetObservation } from './evidence.ts';
import type { EpochMs } from './ids.ts';

/** The most cohorts that one group of one realm reports. */
export const MAX_COHORTS = 16;

/** From where, and from when, telemetry is looked at. */
export interface TelemetryView {
  readonly target: string;
  /** Now, by the controller's clock. */
  readonly at: EpochMs;
  /** The dose's cohorts: an invocation that starts at t belongs to cohort floor((t - originAt) / lengthMs). */
  readonly tick: { readonly originAt: EpochMs; readonly lengthMs: number };
  /** The function's timeout. */
  readonly deadlineMs: number;
  /** How much longer an outcome may take to be seen; more than clocks differ. */
  readonly graceMs: number;
  /** The run is over and nothing is pending any more: every cohort is closed. */
  readonly final?: boolean;
}

/** Counters that no realm can have; whoever looks has no measurement then. */
export class TelemetryError extends Error {
  override readonly name = 'TelemetryError';
  readonly realm: string;

  constructor(realm: string, problem: string, cause?: unknown) {
    super(`telemetry of realm ${realm}: ${problem}`, { cause });
    this.realm = realm;
  }
}

/**
 * What all realms of a target report of one run, as one observation. Their order and repetitions do not matter: of a
 * realm only the highest sequence number counts. Throws TelemetryError on counters that contradict themselves.
 */
export function sumTelemetry(items: readonly Telemetry[], view: TelemetryView): TargetObservation {
  const latest = latestOfEachRealm(items);
  return {
    target: view.target,
    at: view.at,
    realms: latest.length,
    experimental: sumGroup(latest, 'experimental', view),
    control: sumGroup(latest, 'control', view),
    fired: sumCounts(latest.map((item) => item.fired)),
    ...directedOf(latest),
    skipped: sumCounts(latest.map((item) => item.skipped)),
    ...seenBy(latest),
  };
}

function seenBy(items: readonly Telemetry[]): Pick<TargetObservation, 'seen'> {
  const told = items.flatMap(({ seen }) => (seen === undefined ? [] : [seen]));
  if (told.length === 0) return {};
  const count = (pick: (seen: Seen) => number): number => told.reduce((all, seen) => all + pick(seen), 0);
  return { seen: { matched: count(({ matched }) => matched), others: count(({ others }) => others) } };
}

function directedOf(items: readonly Telemetry[]): Pick<TargetObservation, 'directed'> {
  const invocations = items.reduce((all, item) => all + (item.directed ?? 0), 0);
  if (invocations === 0) return {};
  return { directed: { invocations, fired: sumCounts(items.map((item) => item.firedDirected ?? {})) } };
}

/**
 * The length of a dose's cohorts: a multiple of the tick, and long enough that all cohorts which are not closed yet
 * fit into a realm's report, with one to spare for clocks that differ.
 */
export function cohortLengthMs(tickMs: number, deadlineMs: number, graceMs: number): number {
  // Of a span of k lengths, k + 1 cohorts are touched, and the present one is open in any case.
  const shortest = (deadlineMs + graceMs) / (MAX_COHORTS - 3);
  return tickMs * Math.max(1, Math.ceil(shortest / tickMs));
}

/** Invocations by what is known of them. */
interface Counts {
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
}

/** One realm's share of a group. */
interface Part {
  readonly all: Counts;
  /** Null where the report does not reach back to the first open cohort, so that the two cannot be told apart. */
  readonly closed: Counts | null;
  readonly late: number;
  readonly histogram: Histogram;
}

const nothing: Counts = { started: 0, finished: 0, failed: 0 };

function latestOfEachRealm(items: readonly Telemetry[]): Telemetry[] {
  const byRealm = new Map<string, Telemetry>();
  for (const item of items) {
    const known = byRealm.get(item.realm);
    if (known === undefined || item.seq > known.seq) byRealm.set(item.realm, item);
  }
  const latest = [...byRealm.values()];
  const stray = latest.find((item) => item.runId !== latest[0]?.runId);
  if (stray !== undefined) {
    throw new TelemetryError(stray.realm, `of run ${stray.runId}, among others of run ${latest[0]?.runId}`);
  }
  return latest;
}

function sumGroup(
  items: readonly Telemetry[],
  group: keyof Telemetry['groups'],
  view: TelemetryView,
): GroupTotals {
  const parts = items.map((item) => readPart(item, group, view));
  const closed = parts.map((part) => part.closed);
  // Leaving out the one realm that cannot tell would choose among invocations: then none is claimed to be closed.
  const known = closed.every((counts) => counts !== null) ? sum(closed) : nothing;
  return {
    ...sum(parts.map((part) => part.all)),
    late: parts.reduce((late, part) => late + part.late, 0),
    closed: { ...known, late: known.started - known.finished },
    histogram: merge(...parts.map((part) => part.histogram)),
  };
}

function readPart(item: Telemetry, group: keyof Telemetry['groups'], view: TelemetryView): Part {
  const counters = item.groups[group];
  const { started, finished, failed, cohorts } = counters;
  const all = { started, finished, failed };
  const unlisted = subtract(all, sum(cohorts.map(countsOf)));
  requirePossible(item, `${group} in all`, all);
  for (const cohort of cohorts) requirePossible(item, `${group} in cohort ${cohort[0]}`, countsOf(cohort));
  requirePossible(item, `${group} outside of the listed cohorts`, unlisted);

  const histogram = readHistogram(item, group);
  const open = firstOpenCohort(view);
  const closedListed = sum(cohorts.filter(([cohort]) => cohort < open).map(countsOf));
  // When an unlisted invocation started is not known, only that it did before the report.
  const unlistedIsOver = item.at + view.deadlineMs + view.graceMs <= view.at;
  return {
    all,
    closed: closedOf(counters, view, add(unlisted, closedListed)),
    late: pendingOf(closedListed) + (unlistedIsOver ? pendingOf(unlisted) : 0),
    histogram,
  };
}

/**
 * Closing goes by time alone. Were a cohort closed as soon as all of it has finished, quick outcomes would be counted
 * before slow ones, and failures are quick more often than successes are.
 */
function closedOf(counters: GroupCounters, view: TelemetryView, older: Counts): Counts | null {
  if (view.final === true) return counters;
  return reachesBackTo(counters.cohorts) <= firstOpenCohort(view) ? older : null;
}

/** The first cohort of which some invocation may still finish. Smaller ones are closed. */
function firstOpenCohort({ at, tick, deadlineMs, graceMs }: TelemetryView): number {
  return Math.floor((at - deadlineMs - graceMs - tick.originAt) / tick.lengthMs);
}

/**
 * The first cohort from which on a report is complete. A full one holds the latest cohorts, and older ones only where
 * an invocation has no outcome: finished ones between them may be missing.
 */
function reachesBackTo(cohorts: GroupCounters['cohorts']): number {
  if (cohorts.length < MAX_COHORTS) return -Infinity;
  const finished = cohorts.filter((cohort) => pendingOf(countsOf(cohort)) === 0).map(([cohort]) => cohort);
  return Math.min(...finished, Math.max(...cohorts.map(([cohort]) => cohort)));
}

function readHistogram(item: Telemetry, group: keyof Telemetry['groups']): Histogram {
  const { finished, histogram: packed, stride = 1 } = item.groups[group];
  let histogram: Histogram;
  try {
    histogram = coarse(unpack(packed), stride);
  } catch (error) {
    if (!(error instanceof PackingError)) throw error;
    throw new TelemetryError(item.realm, `${group}: ${error.message}`, error);
  }
  if (total(histogram) > finished) {
    throw new TelemetryError(
      item.realm,
      `${group}: ${total(histogram)} latencies of ${finished} finished invocations`,
    );
  }
  return histogram;
}

function requirePossible(item: Telemetry, where: string, { started, finished, failed }: Counts): void {
  if (failed < 0 || finished < failed || started < finished) {
    const found = `${started} started, ${finished} finished, ${failed} failed`;
    throw new TelemetryError(item.realm, `${where}: ${found}; each must be at least the next`);
  }
}

function countsOf([, started, finished, failed]: GroupCounters['cohorts'][number]): Counts {
  return { started, finished, failed };
}

function pendingOf({ started, finished }: Counts): number {
  return started - finished;
}

function add(a: Counts, b: Counts): Counts {
  return { started: a.started + b.started, finished: a.finished + b.finished, failed: a.failed + b.failed };
}

function subtract(a: Counts, b: Counts): Counts {
  return { started: a.started - b.started, finished: a.finished - b.finished, failed: a.failed - b.failed };
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce(add, nothing);
}

/** Counts by name, added up. */
export function sumCounts(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const totals = new Map<string, number>();
  for (const [key, count] of records.flatMap((record) => Object.entries(record))) {
    totals.set(key, (totals.get(key) ?? 0) + count);
  }
  return Object.fromEntries([...totals].sort(([a], [b]) => (a < b ? -1 : 1)));
}
