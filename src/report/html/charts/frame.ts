import { html, type Fragment, type Markup } from '../markup.ts';
import type { Scale } from './scale.ts';

/** Units of the drawing: it is stretched to the room there is, while labels are HTML and keep their size. */
export const WIDTH = 1000;
export const HEIGHT = 400;

/** What a line shows: by colour and by dashes, so that colour alone never tells. */
export type Group = 'experimental' | 'control' | 'harm' | 'kept';

export interface LegendEntry {
  readonly group: Group;
  readonly name: string;
  /** The latest figure. */
  readonly figure: string;
}

/** A line across at a value that matters. */
export interface Reference {
  readonly value: number;
  readonly label: string;
  /** The label stands below the line: above, it would cover something. */
  readonly below?: boolean;
}

/** A moment, numbered; the key stands above the charts. */
export interface Mark {
  readonly at: number;
  readonly number: number;
  readonly label: string;
}

export interface Frame {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What one sees, for those who do not. */
  readonly description: string;
  readonly legend: readonly LegendEntry[];
  readonly x: Scale;
  readonly y: Scale;
  readonly references?: readonly Reference[];
  /** Lines up, at values of x. */
  readonly uprights?: readonly Reference[];
  readonly marks?: readonly Mark[];
  readonly drawing: Fragment;
  /** Across the whole page, where there is room. */
  readonly wide?: boolean;
  readonly xTitle: string;
}

/** A chart with its title, legend, axes and marks. */
export function chart(frame: Frame): Markup {
  const { id, x, y, references = [], uprights = [] } = frame;
  const marks = placed(frame.marks ?? [], x);
  const pinRoom = marks.length === 0 ? 6 : 6 + 18 * (1 + Math.max(...marks.map(({ row }) => row)));
  return html`<figure class="chart${frame.wide === true ? ' wide' : ''}">
    <figcaption>
      <h3>${frame.title}</h3>
      <ul class="legend">
        ${frame.legend.map(legendEntry)}
      </ul>
    </figcaption>
    <div class="plot" style="padding-top:${pinRoom}px">
      <div class="ys" aria-hidden="true">
        ${y.ticks.map(({ value, label }) => html`<span style="bottom:${percent(y.position(value))}%">${label}</span>`)}
      </div>
      <div class="area">
        <svg
          role="img"
          aria-labelledby="${id}-t ${id}-d"
          viewBox="0 0 ${WIDTH} ${HEIGHT}"
          preserveAspectRatio="none"
        >
          <title id="${id}-t">${frame.title}</title>
          <desc id="${id}-d">${frame.description}</desc>
          <path class="grid" d="${y.ticks.map(({ value }) => across(y, value)).join('')}" />
          ${frame.drawing}
          ${references.map(({ value }) => html`<path class="reference" d="${across(y, value)}" />`)}
          ${uprights.map(({ value }) => html`<path class="reference" d="${up(x, value)}" />`)}
          ${marks.map(({ mark }) => html`<path class="mark" d="${up(x, mark.at)}" />`)}
        </svg>
        ${references.map((one) => referenceNote(y.position(one.value), one))}
        ${uprights.map((one, index) => uprightNote(x.position(one.value), one.label, index))}
        ${marks.map(({ mark, row }) => html`<span class="pin" title="${mark.label}" style="left:${percent(x.position(mark.at))}%;top:${-20 - 18 * row}px">${mark.number}</span>`)}
      </div>
      <div class="xs" aria-hidden="true">
        ${x.ticks.map(({ value, label }) => xLabel(x.position(value), label))}
      </div>
      <p class="x-title">${frame.xTitle}</p>
    </div>
  </figure>`;
}

function referenceNote(position: number, { label, below }: Reference): Markup {
  const place = below === true ? ' below' : '';
  return html`<span class="note${place}" style="bottom:${percent(position)}%">${label}</span>`;
}

/** One below the other, so that they never cover each other; towards the middle, so that they keep within the chart. */
function uprightNote(position: number, label: string, row: number): Markup {
  const side = position > 0.5 ? ' left' : '';
  return html`<span class="note upright${side}" style="left:${percent(position)}%;top:${row * 17}px"
    >${label}</span
  >`;
}

function legendEntry({ group, name, figure }: LegendEntry): Markup {
  return html`<li class="${group}">
    <svg class="key" viewBox="0 0 24 10" aria-hidden="true"><path class="line ${group}" d="M0 5H24" /></svg
    >${name} <b>${figure}</b>
  </li>`;
}

/** At the ends a label keeps within the chart. */
function xLabel(position: number, label: string): Markup {
  const side = position < 0.03 ? 'first' : position > 0.95 ? 'last' : 'inner';
  return html`<span class="${side}" style="left:${percent(position)}%">${label}</span>`;
}

/** Pins that would cover each other go one row higher; a phone has room for about fourteen side by side. */
function placed(marks: readonly Mark[], x: Scale): { mark: Mark; row: number }[] {
  const rows: number[] = [];
  return marks.map((mark) => {
    const position = x.position(mark.at);
    let row = rows.findIndex((taken) => position - taken >= 0.08);
    if (row === -1) row = rows.length;
    rows[row] = position;
    return { mark, row };
  });
}

export function drawnX(scale: Scale, value: number): number {
  return Math.round(clamp(scale.position(value)) * WIDTH);
}

export function drawnY(scale: Scale, value: number): number {
  return Math.round((1 - clamp(scale.position(value))) * HEIGHT * 2) / 2;
}

/** What lies outside the chart is drawn at its edge. */
function clamp(position: number): number {
  return Number.isNaN(position) ? 0 : Math.min(1, Math.max(0, position));
}

function across(y: Scale, value: number): string {
  return `M0 ${drawnY(y, value)}H${WIDTH}`;
}

function up(x: Scale, value: number): string {
  return `M${drawnX(x, value)} 0V${HEIGHT}`;
}

function percent(position: number): string {
  return (clamp(position) * 100).toFixed(2);
}
