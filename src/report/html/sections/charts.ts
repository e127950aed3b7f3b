import type { TargetObservation } from '../../../core/evidence.ts';
import type { Signal } from '../../../generated/types.ts';
import { duration, exactShare, millis, share, times } from '../../format.ts';
import type { RunRecord } from '../../record.ts';
import {
  boundsAlpha,
  failuresOf,
  groupSeries,
  latencyOf,
  mostPoints,
  type GroupSeries,
  type SeriesPoint,
} from '../../series.ts';
import { latestTargets, momentsOf, thinned, type Look } from '../../timeline.ts';
import { courseChart, type Course } from '../charts/course.ts';
import { distributionChart } from '../charts/distribution.ts';
import type { Mark, Reference } from '../charts/frame.ts';
import { linearScale, logScale, timeScale, type Scale } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';

/** Evidence beyond these is drawn at the chart's edge. */
const leastEvidence = 0.01;
const mostEvidence = 1e9;

export interface Stage {
  readonly record: RunRecord;
  readonly looks: readonly Look[];
  /** When the fault was applied; times in charts count from it. */
  readonly zero: number;
  readonly x: Scale;
  readonly marks: readonly Mark[];
  readonly points: number;
}

/** What happened over time and how latencies spread, per target. */
export function chartSections(record: RunRecord, looks: readonly Look[]): Markup | null {
  const targets = latestTargets(looks);
  const stage = stageOf(record, looks);
  if (stage === null)
    return html`<section>
      <h2>Over time</h2>
      <p>Nothing was measured, so there is nothing to draw.</p>
    </section>`;
  return html`<section class="long">
    <h2>Over time</h2>
    ${pinKeys(stage)} ${targets.map((target, index) => targetCharts(stage, target, index, targets.length))}
  </section>`;
}

/** What the charts of a run share; null where nothing was measured. */
export function stageOf(record: RunRecord, looks: readonly Look[]): Stage | null {
  const targets = latestTargets(looks);
  const zero = record.run.injection?.startedAt;
  const last = looks.at(-1);
  const measured = targets.some((one) => one.experimental.started + one.control.started > 0);
  if (zero === undefined || last === undefined || !measured) return null;
  const marks = marksOf(record, zero);
  const end = Math.max(last.at - zero, ...marks.map((mark) => mark.at));
  const points = Math.max(60, Math.min(mostPoints, Math.floor((2 * mostPoints) / targets.length)));
  return { record, looks, zero, x: timeScale(0, end, tickLabel), marks, points };
}

/** What the numbers on the charts mean. */
export function pinKeys({ marks }: Stage): Markup {
  return html`<ul class="pins">
    ${marks.map((mark) => html`<li><span class="pin-key">${mark.number}</span>${mark.label}</li>`)}
  </ul>`;
}

/** The evidence is that of all targets together: with several, it stands above them. */
function targetCharts(stage: Stage, target: TargetObservation, index: number, targets: number): Markup {
  const id = `c${index}`;
  const alone = targets === 1;
  const evidence = index === 0 ? evidenceChart(stage, `${id}e`, !alone) : null;
  const charts = [
    failuresChart(stage, target.target, `${id}f`),
    alone ? evidence : spreadChart(stage, target, `${id}d`, false),
    latencyChart(stage, target.target, 0.5, `${id}m`),
    latencyChart(stage, target.target, 0.95, `${id}s`),
    alone ? spreadChart(stage, target, `${id}d`, true) : null,
  ];
  if (alone) return html`<div class="charts">${charts}</div>`;
  const above = evidence === null ? null : html`<div class="charts">${evidence}</div>`;
  return html`${above}
    <h3 class="target">${target.target}</h3>
    <div class="charts">${charts}</div>`;
}

export function failuresChart(stage: Stage, target: string, id: string): Markup {
  const series = groupSeries(stage.looks, target, stage.points, (group) => failuresOf(group, boundsAlpha));
  const references = limitsOf(stage.record, target, (signal) =>
    signal.signal === 'failures' && signal.atMost !== undefined ? signal.atMost : undefined,
  ).map((value) => ({ value, label: `tolerated ${exactShare(value)}` }));
  return figureChart(stage, { id, title: 'Failures so far', series, references, figure: share, whole: 1 });
}

export function latencyChart(stage: Stage, target: string, q: 0.5 | 0.95, id: string): Markup {
  const series = groupSeries(stage.looks, target, stage.points, (group) => latencyOf(group, q, boundsAlpha));
  const references = latencyLimits(stage.record, target, q);
  const title = q === 0.5 ? 'Latency, half of the answers (p50)' : 'Latency, 95 % of the answers (p95)';
  return figureChart(stage, { id, title, series, references, figure: millis, whole: Infinity });
}

interface Figures {
  readonly id: string;
  readonly title: string;
  readonly series: GroupSeries;
  readonly references: readonly Reference[];
  readonly figure: (value: number) => string;
  /** No figure is larger. */
  readonly whole: number;
}

function figureChart(stage: Stage, { id, title, series, references, figure, whole }: Figures): Markup {
  const courses: Course[] = [
    { group: 'experimental', name: 'under the fault', points: sinceFault(series.experimental, stage.zero) },
    { group: 'control', name: 'control', points: sinceFault(series.control, stage.zero) },
  ];
  const { x, marks } = stage;
  const y = linearScale(highest(courses, references, whole), figure);
  const description = `${title}: ${courses.map((course) => `${course.name} ${summary(course.points, figure)}`).join('; ')}.`;
  return courseChart({
    id,
    wide: false,
    title,
    description,
    courses,
    x,
    y,
    figure,
    elapsed,
    references,
    marks,
  });
}

/** Room for the lines, the limits and the final bounds; bounds of early looks go beyond any chart. */
function highest(courses: readonly Course[], references: readonly Reference[], whole: number): number {
  // The very first looks rest on a handful of invocations, and may leave the chart.
  const values = courses.flatMap(({ points }) =>
    points.slice(Math.floor(points.length / 20)).map((point) => point.value ?? 0),
  );
  const most = Math.max(0, ...values, ...references.map((one) => one.value));
  const bounds = courses.map(({ points }) => points.at(-1)?.upper ?? 0).filter((upper) => upper <= 2 * most);
  return Math.min(whole, Math.max(most, ...bounds) * 1.08);
}

function summary(points: readonly SeriesPoint[], figure: (value: number) => string): string {
  const last = points.findLast((point) => point.value !== null);
  if (last === undefined || last.value === null) return 'no data';
  const values = points.flatMap((point) => (point.value === null ? [] : [point.value]));
  return `${figure(last.value)} at the end, between ${figure(Math.min(...values))} and ${figure(Math.max(...values))} on the way`;
}

/** Both ways, on all signals together: what aborts a run, and what lets it be called held. */
function evidenceChart(stage: Stage, id: string, wide: boolean): Markup {
  const { judge } = stage.record.run.settings;
  const looks = thinned(stage.looks, stage.points);
  const course = (values: readonly (number | null)[]): SeriesPoint[] =>
    looks.map(({ at }, index) => ({
      at: at - stage.zero,
      value: toFactor(values[index] ?? null),
      lower: null,
      upper: null,
    }));
  const harm = course(looks.map((look) => look.logJoint));
  const kept = course(looks.map(({ evidence }) => weakest(evidence.map((one) => one.logHeld))));
  const needed = 1 / judge.alphaAbort;
  const courses: Course[] = [{ group: 'harm', name: 'harm', points: harm }];
  if (kept.some((point) => point.value !== null)) courses.push({ group: 'kept', name: 'kept', points: kept });
  const seen = courses.flatMap(({ points }) => points.map((point) => point.value ?? 1));
  const y = logScale(leastEvidence, Math.min(mostEvidence, Math.max(100 * needed, ...seen)), factor, 5);
  const figure = (value: number) => times(Math.log(value));
  return courseChart({
    id,
    wide,
    title: 'Evidence of harm and of claims kept',
    description: `Evidence ${courses.map(({ name, points }) => `${name} ${summary(points, figure)}`).join('; ')}; ${figure(needed)} of harm aborts.`,
    courses,
    x: stage.x,
    y,
    figure,
    elapsed,
    references: [{ value: needed, label: `${figure(needed)} of harm aborts` }],
    marks: stage.marks,
  });
}

function weakest(logs: readonly (number | null)[]): number | null {
  const known = logs.filter((log) => log !== null);
  return known.length < logs.length || known.length === 0 ? null : Math.min(...known);
}

function toFactor(log: number | null): number | null {
  return log === null ? null : Math.exp(Math.min(700, Math.max(-700, log)));
}

function spreadChart(
  { record }: Stage,
  { target, experimental, control }: TargetObservation,
  id: string,
  wide: boolean,
): Markup | null {
  const p50 = (group: TargetObservation['control']) => latencyOf(group, 0.5, boundsAlpha).value;
  const figure = (value: number | null) => (value === null ? 'no data' : `p50 ${millis(value)}`);
  const [a, b] = [figure(p50(experimental)), figure(p50(control))];
  const late = experimental.late + control.late;
  return distributionChart({
    id,
    wide,
    title: 'How latencies spread',
    description: `Latencies of both groups: under the fault ${a}; control ${b}.${late === 0 ? '' : ` ${late} never answered and are not drawn.`}`,
    distributions: [
      { group: 'experimental', name: 'under the fault', histogram: experimental.histogram, figure: a },
      { group: 'control', name: 'control', histogram: control.histogram, figure: b },
    ],
    limits: [0.5, 0.95].flatMap((q) => latencyLimits(record, target, q === 0.5 ? 0.5 : 0.95)),
  });
}

function latencyLimits(record: RunRecord, target: string, q: 0.5 | 0.95): Reference[] {
  const name = q === 0.5 ? 'p50' : 'p95';
  return limitsOf(record, target, (signal) =>
    signal.signal === 'latency' ? signal[name]?.atMost : undefined,
  ).map((value) => ({
    value,
    label: `${name} tolerated ${duration(value)}`,
  }));
}

function limitsOf(
  { run }: RunRecord,
  target: string,
  limit: (signal: Signal) => number | undefined,
): number[] {
  const limits = run.experiment.steadyState
    .filter((signal) => 'target' in signal && signal.target === target)
    .map(limit);
  return [...new Set(limits.filter((value) => value !== undefined))];
}

function marksOf(record: RunRecord, zero: number): Mark[] {
  const { stoppedAt, revertedAt } = momentsOf(record);
  const moments = [
    { at: record.run.injection?.observingSince ?? zero, label: 'fault in place' },
    { at: stoppedAt, label: record.run.abort === null ? 'planned end' : 'abort' },
    { at: revertedAt, label: 'every change taken back' },
  ];
  return moments.flatMap(({ at, label }, index) =>
    at === null
      ? []
      : [
          {
            at: at - zero,
            number: index + 1,
            label: at - zero < 500 ? label : `${label} (${elapsed(at - zero)})`,
          },
        ],
  );
}

function sinceFault(points: readonly SeriesPoint[], zero: number): SeriesPoint[] {
  return points.map((point) => ({ ...point, at: point.at - zero }));
}

/** One unit along the axis: minutes where they are whole. */
function tickLabel(ms: number): string {
  return ms > 60_000 && ms < 3_600_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : elapsed(ms);
}

function elapsed(ms: number): string {
  return ms === 0 ? '0' : duration(ms);
}

function factor(value: number): string {
  if (value < 1e4) return `${Number(value.toPrecision(1))}×`;
  return `10${[...String(Math.round(Math.log10(value)))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit))).join('')}×`;
}
