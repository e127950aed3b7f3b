import { duration, instant } from '../format.ts';
import { timeScale, type Scale } from '../html/charts/scale.ts';
import { breakable, html, type Markup } from '../html/markup.ts';
import type { GameDayReport, GameDayRun, GameDayStep } from './report.ts';
import { labelOf } from './sentences.ts';

/** Units of the drawing: it is stretched to the room there is, while labels are HTML and keep their size. */
const WIDTH = 1000;
const HEIGHT = 16;
/** A bar that would be thinner is drawn this thin. */
const leastWidth = 3;

interface Bar {
  readonly sort: 'around' | 'fault' | 'pause';
  readonly from: number;
  readonly to: number;
}

interface Lane {
  readonly name: string;
  readonly note: string;
  /** A class of the badge's colours. */
  readonly result: string;
  readonly bars: readonly Bar[];
}

/** All runs and pauses over the time of the session: a lane each, with the time of the fault in full colour. */
export function lanes(report: GameDayReport): Markup | null {
  const rows = report.steps.flatMap((step) => lanesOf(step, report.runs));
  const times = rows.flatMap(({ bars }) => bars.flatMap(({ from, to }) => [from, to]));
  if (times.length === 0) return null;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const x = timeScale(first, last, clockOf(last - first), 7);
  const described = rows.map(({ name, note }) => `${name}: ${note}`).join('; ');
  return html`<figure class="lanes">
    <figcaption>
      <ul class="legend">
        <li><span class="swatch fault"></span>fault in place</li>
        <li><span class="swatch around"></span>checks before, taking back and recovery after</li>
        <li><span class="swatch pause"></span>pause</li>
      </ul>
    </figcaption>
    <p class="unseen">Runs over time, from ${instant(first)} to ${instant(last)}. ${described}.</p>
    <div class="lanes-area" aria-hidden="true">
      <svg class="lanes-grid" viewBox="0 0 ${WIDTH} 100" preserveAspectRatio="none">
        <path class="grid" d="${x.ticks.map(({ value }) => `M${at(x, value)} 0V100`).join('')}" />
      </svg>
      ${rows.map((lane) => laneRow(lane, x))}
      <div class="xs">${x.ticks.map(({ value, label }) => tick(x.position(value), label))}</div>
    </div>
    <p class="x-title">time of day in UTC, from ${instant(first)}</p>
  </figure>`;
}

function lanesOf(step: GameDayStep, runs: readonly GameDayRun[]): readonly Lane[] {
  if (step.kind !== 'pause') return runs.filter((run) => run.step === step.step).map(ofRun);
  const { pausedFrom, pausedUntil } = step;
  if (pausedFrom === null) return [{ name: step.title, note: 'not come to', result: 'pause', bars: [] }];
  const to = pausedUntil ?? pausedFrom;
  const note = `pause, ${pausedUntil === null ? 'goes on' : duration(to - pausedFrom)}`;
  return [{ name: step.title, note, result: 'pause', bars: [{ sort: 'pause', from: pausedFrom, to }] }];
}

function ofRun({ experiment, result, times }: GameDayRun): Lane {
  const lane = { name: experiment, note: labelOf(result), result };
  if (times === null) return { ...lane, bars: [] };
  const { requestedAt, injectedAt, stoppedAt, endedAt } = times;
  const end = endedAt ?? stoppedAt ?? injectedAt ?? requestedAt;
  return {
    ...lane,
    bars: [
      { sort: 'around', from: requestedAt, to: end },
      ...(injectedAt === null ? [] : [{ sort: 'fault' as const, from: injectedAt, to: stoppedAt ?? end }]),
    ],
  };
}

function laneRow({ name, note, result, bars }: Lane, x: Scale): Markup {
  return html`<div class="lane ${result}">
    <p class="lane-name">${breakable(name)} <span>${note}</span></p>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${bars.map((bar) => barOf(bar, x))}</svg>
  </div>`;
}

function barOf({ sort, from, to }: Bar, x: Scale): Markup {
  const width = Math.max(leastWidth, at(x, to) - at(x, from));
  const left = Math.min(at(x, from), WIDTH - width);
  const [top, height] = sort === 'fault' ? [0, HEIGHT] : [HEIGHT / 4, HEIGHT / 2];
  return html`<rect class="bar ${sort}" x="${left}" y="${top}" width="${width}" height="${height}" />`;
}

function at(x: Scale, value: number): number {
  return Math.round(x.position(value) * WIDTH);
}

function tick(position: number, label: string): Markup {
  const side = position < 0.05 ? 'first' : position > 0.95 ? 'last' : 'inner';
  return html`<span class="${side}" style="left:${(position * 100).toFixed(2)}%">${label}</span>`;
}

/** To the minute, unless the whole took only minutes. */
function clockOf(lengthMs: number): (at: number) => string {
  const digits = lengthMs < 10 * 60_000 ? 19 : 16;
  return (at) => new Date(at).toISOString().slice(11, digits);
}
