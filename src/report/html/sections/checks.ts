import { describeLooks, latestDetail, type ReportCheck } from '../../checks.ts';
import type { Report } from '../../report.ts';
import { breakable, html, type Markup } from '../markup.ts';

const columns = ['Before', 'Under the fault', 'After', 'Values', 'Verdict'] as const;

/** Signals that are kept or broken at each look. */
export function checksTable({ checks, outcome }: Report): Markup | null {
  if (checks.length === 0) return null;
  return html`<table class="stacked checks" role="table">
    <caption>
      What was looked at, before, during and after: how often it was found kept and broken.
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Signal</th>
        ${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${checks.map((check) => row(check, outcome))}
    </tbody>
  </table>`;
}

function row(check: ReportCheck, outcome: Report['outcome']): Markup {
  const { claim, signal, looks, verdict, why } = check;
  return html`<tr role="row">
    <th role="rowheader" scope="row">${breakable(claim)}<small>${signal}</small></th>
    <td role="cell" data-label="${columns[0]}">${describeLooks(looks.before)}</td>
    <td role="cell" data-label="${columns[1]}">${describeLooks(looks.during)}</td>
    <td role="cell" data-label="${columns[2]}">${describeLooks(looks.after)}</td>
    <td role="cell" data-label="${columns[3]}">
      <span>${line(check)}<small>${breakable(latestDetail(check))}</small></span>
    </td>
    <td role="cell" data-label="${columns[4]}">
      <span
        >${
          verdict === null
            ? html`<small>${outcome === null ? 'not judged yet' : 'not judged'}</small>`
            : html`<span class="badge ${verdict}">${verdict}</span><small>${breakable(why ?? '')}</small>`
        }</span
      >
    </td>
  </tr>`;
}

const width = 140;
const height = 28;
const margin = 3;

/** The values as a small line; what broke is marked. Nothing where there are no numbers. */
function line({ values, signal }: ReportCheck): Markup | null {
  const known = values.flatMap(({ at, value, state }) =>
    value === null || !Number.isFinite(value) ? [] : [{ at, value, state }],
  );
  if (known.length < 2) return null;
  const span = (pick: (one: (typeof known)[number]) => number): [number, number] => [
    Math.min(...known.map(pick)),
    Math.max(...known.map(pick)),
  ];
  const [first, last] = span(({ at }) => at);
  const [low, high] = span(({ value }) => value);
  const x = (at: number): string =>
    (margin + ((at - first) / (last - first || 1)) * (width - 2 * margin)).toFixed(1);
  const y = (value: number): string =>
    (height - margin - ((value - low) / (high - low || 1)) * (height - 2 * margin)).toFixed(1);
  const points = known.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ');
  return html`<svg
    class="values"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="Values of ${signal} over time"
  >
    <polyline points="${points}" />
    ${known
      .filter(({ state }) => state === 'broken')
      .map(({ at, value }) => html`<circle cx="${x(at)}" cy="${y(value)}" r="2.5" />`)}
  </svg>`;
}
