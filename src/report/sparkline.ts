import type { Evidence } from '../core/evidence.ts';
import type { RunRecord } from './record.ts';
import { figure } from './sentences.ts';
import { looksOf, thinned } from './timeline.ts';

/** The course of one figure, as a line of text. */
export interface Course {
  /** "failures at most 1 %" */
  readonly claim: string;
  readonly experimental: string;
  readonly control: string;
  /** The latest figures. */
  readonly now: { readonly experimental: string; readonly control: string };
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Nothing was known then. */
const gap = '·';

/** Of each hypothesis that was ever looked at, at most `width` looks, from the first to the last. Both groups share a scale that begins at 0. */
export function courses({ journal }: Pick<RunRecord, 'journal'>, width: number): readonly Course[] {
  const evidence = looksOf(journal).flatMap((look) => look.evidence);
  const names = [...new Set(evidence.map(({ hypothesis }) => hypothesis))];
  return names.flatMap((name) => {
    const points = thinned(
      evidence.filter(({ hypothesis }) => hypothesis === name),
      width,
    );
    const last = points.at(-1);
    return last === undefined ? [] : [courseOf(points, last)];
  });
}

function courseOf(points: readonly Evidence[], last: Evidence): Course {
  const experimental = points.map((point) => point.experimental.value);
  const control = points.map((point) => point.control.value);
  const top = Math.max(0, ...[...experimental, ...control].map((value) => value ?? 0));
  return {
    claim: last.claim,
    experimental: sparkline(experimental, top),
    control: sparkline(control, top),
    now: {
      experimental: figure(last, last.experimental.value),
      control: figure(last, last.control.value),
    },
  };
}

/** One character for each value, from 0 to `top`. */
export function sparkline(values: readonly (number | null)[], top: number): string {
  return values
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return gap;
      const share = top > 0 ? Math.min(Math.max(value / top, 0), 1) : 0;
      return bars[Math.round(share * (bars.length - 1))] ?? gap;
    })
    .join('');
}
