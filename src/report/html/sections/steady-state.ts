import { count, times } from '../../format.ts';
import type { Estimate } from '../../../core/evidence.ts';
import type { Report, ReportHypothesis } from '../../report.ts';
import { boundsOf, figure } from '../../sentences.ts';
import { html, type Markup } from '../markup.ts';
import { checksTable } from './checks.ts';

/** Every claim with what was measured, the evidence and the verdict. */
export function steadyStateSection(report: Report): Markup {
  return html`<section class="long">
    <h2>Steady state</h2>
    ${nothing(report)} ${report.hypotheses.length === 0 ? null : table(report)} ${checksTable(report)}
    ${notJudged(report)}
  </section>`;
}

function nothing({ hypotheses, checks }: Report): Markup | null {
  return hypotheses.length + checks.length > 0
    ? null
    : html`<p>No signal of this experiment could be judged here.</p>`;
}

const columns = ['Under the fault', 'Control group', 'Evidence', 'Verdict'] as const;

function table({ hypotheses, outcome }: Report): Markup {
  return html`<table class="stacked claims" role="table">
      <caption>
        What had to hold. Bounds are two-sided and hold at every look at once, with 95 % confidence.
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Claim</th>
          ${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${hypotheses.map((one) => row(one, outcome))}
      </tbody>
    </table>
    <p class="small note-below">${meaning(hypotheses)}</p>`;
}

/** What a number of evidence promises, on the first claim's. */
function meaning([first]: readonly ReportHypothesis[]): string {
  const general =
    'Evidence of harm counts against the claim, evidence that it is kept counts for it; 1× says nothing.';
  if (first === undefined) return general;
  const needed = times(first.harm.needed);
  return `${general} If a claim were true, evidence of harm would ever reach ${needed} in at most one of ${needed.replace('×', '')} runs, however often one looks.`;
}

function row(one: ReportHypothesis, outcome: Report['outcome']): Markup {
  const where = [one.target, one.hypothesis].filter((part) => part !== null).join(' · ');
  return html`<tr role="row">
    <th role="rowheader" scope="row">${one.claim}<small>${where}</small></th>
    <td role="cell" data-label="${columns[0]}">${estimate(one, one.experimental)}</td>
    <td role="cell" data-label="${columns[1]}">${estimate(one, one.control)}</td>
    <td role="cell" data-label="${columns[2]}">
      <span>${evidence('Harm', one.harm)}${evidence('Kept', one.kept)}</span>
    </td>
    <td role="cell" data-label="${columns[3]}"><span>${verdict(one, outcome)}</span></td>
  </tr>`;
}

function estimate({ unit }: ReportHypothesis, value: Estimate): Markup {
  if (unit === null || value.n === 0) return html`<span>no data</span>`;
  const shown = value.value === null ? 'slower than any answer' : figure({ unit }, value.value);
  return html`<span
    ><b>${shown}</b><small>${boundsOf({ unit }, value)}</small><small>n = ${count(value.n)}</small></span
  >`;
}

function evidence(name: string, { reached, needed }: { reached: number | null; needed: number }): Markup {
  if (reached === null) return html`<small>${name}: cannot be shown for this tolerance</small>`;
  const text = `needs ≥ ${times(needed)}, reached ${times(reached)}`;
  return reached >= needed
    ? html`<small>${name}: <b>${text}</b></small>`
    : html`<small>${name}: ${text}</small>`;
}

function verdict(one: ReportHypothesis, outcome: Report['outcome']): Markup {
  if (one.verdict === null) return html`<small>${outcome === null ? 'not judged yet' : 'not judged'}</small>`;
  return html`<span class="badge ${one.verdict}">${one.verdict}</span><small>${why(one)}</small>`;
}

function why({ verdict: result, experimental, kept }: ReportHypothesis): string {
  if (result === 'deviated') return 'Evidence of harm is sufficient.';
  if (result === 'held') return 'Evidence that it is kept is sufficient.';
  if (experimental.n === 0) return 'No data.';
  return kept.reached === null ? 'Can be refuted, never shown.' : 'Too little evidence either way.';
}

function notJudged({ notJudged: signals }: Report): Markup | null {
  if (signals.length === 0) return null;
  return html`<p class="note-below">Not judged here:</p>
    <ul class="plain">
      ${signals.map(({ signal, why: reason }) => html`<li><b>${signal}</b>: ${reason}</li>`)}
    </ul>`;
}
