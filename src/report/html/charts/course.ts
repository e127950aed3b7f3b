import type { SeriesPoint } from '../../series.ts';
import { thinned } from '../../timeline.ts';
import { html, type Markup } from '../markup.ts';
import {
  chart,
  drawnX,
  drawnY,
  HEIGHT,
  WIDTH,
  type Frame,
  type Group,
  type Mark,
  type Reference,
} from './frame.ts';
import type { Scale } from './scale.ts';

/** A figure over time, with its bounds. Times are milliseconds since the fault. */
export interface Course {
  readonly group: Group;
  readonly name: string;
  readonly points: readonly SeriesPoint[];
}

export interface CourseChart {
  readonly id: string;
  readonly wide: boolean;
  readonly title: string;
  readonly description: string;
  readonly courses: readonly Course[];
  readonly x: Scale;
  readonly y: Scale;
  /** A figure for people. */
  readonly figure: (value: number) => string;
  readonly elapsed: (ms: number) => string;
  readonly references: readonly Reference[];
  readonly marks: readonly Mark[];
}

/** Of a chart's height. */
const labelHeight = 0.12;
/** Places on a chart that tell their figures when pointed at. */
const mostHotspots = 40;

/** Lines over time with bands around them. */
export function courseChart(spec: CourseChart): Markup {
  const { courses, x, y } = spec;
  const frame: Frame = {
    ...spec,
    references: spec.references.map((one) => ({ ...one, below: linesAbove(one.value, courses, y) })),
    legend: courses.map(({ group, name, points }) => ({ group, name, figure: latest(points, spec.figure) })),
    drawing: [
      courses.map(({ group, points }) => html`<path class="band ${group}" d="${band(points, x, y)}" />`),
      courses.map(({ group, points }) => html`<path class="line ${group}" d="${line(points, x, y)}" />`),
      hotspots(spec),
    ],
    xTitle: 'time since the fault was applied',
  };
  return chart(frame);
}

/** Whether a line ends where the label of a reference would stand, which is at the right, above it. */
function linesAbove(value: number, courses: readonly Course[], y: Scale): boolean {
  const room = y.position(value);
  // Too low down, there is no room below either.
  if (room < labelHeight) return false;
  return courses.some(({ points }) => {
    const end = points.slice(-Math.ceil(points.length / 4)).flatMap((point) => point.value ?? []);
    return end.some((one) => y.position(one) >= room && y.position(one) < room + labelHeight);
  });
}

function latest(points: readonly SeriesPoint[], figure: (value: number) => string): string {
  const value = points.findLast((point) => point.value !== null)?.value ?? null;
  return value === null ? 'no data' : figure(value);
}

function line(points: readonly SeriesPoint[], x: Scale, y: Scale): string {
  let pen = 'M';
  let path = '';
  for (const { at, value } of points) {
    if (value === null) pen = 'M';
    else {
      path += `${pen}${drawnX(x, at)} ${drawnY(y, value)}`;
      pen = 'L';
    }
  }
  return path;
}

/** Upper bounds there and lower bounds back; what is unbounded reaches the chart's edge. */
function band(points: readonly SeriesPoint[], x: Scale, y: Scale): string {
  const bounded = points.filter(
    ({ value, lower, upper }) => value !== null && (lower !== null || upper !== null),
  );
  if (bounded.length < 2) return '';
  const upper = bounded.map(
    (point) => `${drawnX(x, point.at)} ${point.upper === null ? 0 : drawnY(y, point.upper)}`,
  );
  const lower = bounded.map(
    (point) => `${drawnX(x, point.at)} ${point.lower === null ? HEIGHT : drawnY(y, point.lower)}`,
  );
  return `M${upper.join('L')}L${lower.reverse().join('L')}Z`;
}

/** Columns that show their figures when pointed at, without any script. */
function hotspots({ courses, x, figure, elapsed }: CourseChart): Markup[] {
  const [first] = courses;
  const columns = thinned(first?.points ?? [], mostHotspots);
  return columns.map(({ at }, index) => {
    const from = index === 0 ? 0 : (drawnX(x, columns[index - 1]?.at ?? at) + drawnX(x, at)) / 2;
    const to =
      index === columns.length - 1 ? WIDTH : (drawnX(x, at) + drawnX(x, columns[index + 1]?.at ?? at)) / 2;
    const told = courses.map(({ name, points }) =>
      tell(
        name,
        points.find((point) => point.at === at),
        figure,
      ),
    );
    return html`<rect class="spot" x="${from}" y="0" width="${Math.max(0, to - from)}" height="${HEIGHT}"
      ><title>${[elapsed(at), ...told].join('\n')}</title></rect
    >`;
  });
}

function tell(name: string, point: SeriesPoint | undefined, figure: (value: number) => string): string {
  if (point === undefined || point.value === null) return `${name}: no data`;
  const { lower, upper } = point;
  const bounds =
    lower === null && upper === null
      ? ''
      : ` (${lower === null ? '' : figure(lower)} to ${upper === null ? 'unbounded' : figure(upper)})`;
  return `${name}: ${figure(point.value)}${bounds}`;
}
