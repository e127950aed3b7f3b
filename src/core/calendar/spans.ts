import type { EpochMs } from '../ids.ts';

/** From an instant up to another, without that one. */
export interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** The same time, ascending, without overlap: what touches is one. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (span.from >= span.to) continue;
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return result;
}

/** What lies in both; each ascending and without overlap. */
export function intersection(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  let [a, b] = [0, 0];
  for (;;) {
    const [one, other] = [some[a], others[b]];
    if (one === undefined || other === undefined) return result;
    const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)];
    if (from < to) result.push({ from, to });
    if (one.to < other.to) a += 1;
    else b += 1;
  }
}

/** What lies in `some` and in none of `others`; each ascending and without overlap. */
export function difference(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  return intersection(some, gaps(others));
}

function gaps(spans: readonly Span[]): readonly Span[] {
  const edges = [-Infinity, ...spans.flatMap(({ from, to }) => [from, to]), Infinity];
  return Array.from({ length: edges.length / 2 }, (_, index) => ({
    from: edges[index * 2] ?? 0,
    to: edges[index * 2 + 1] ?? 0,
  })).filter(({ from, to }) => from < to);
}
