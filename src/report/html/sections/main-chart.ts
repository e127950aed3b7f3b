import type { RunRecord } from '../../record.ts';
import { reportOf, type Report, type ReportHypothesis } from '../../report.ts';
import { looksOf } from '../../timeline.ts';
import { html, type Markup } from '../markup.ts';
import { failuresChart, latencyChart, pinKeys, stageOf } from './charts.ts';
import { checksTable } from './checks.ts';

/** What tells most of a run at a glance: the claim that broke over time, else the first; null where nothing was measured. */
export function mainChart(record: RunRecord, id: string): Markup | null {
  const report = reportOf(record);
  const looked = report.checks.some(({ values }) => values.length > 0);
  const checks = looked ? html`<div class="note-below">${checksTable(report)}</div>` : null;
  const stage = stageOf(record, looksOf(record.journal));
  const claim = tellingClaim(report);
  if (stage === null || claim === undefined || claim.target === null) return checks;
  const { target, hypothesis } = claim;
  const quantile = /\.p(\d+)/.exec(hypothesis)?.[1];
  const chart =
    claim.unit === 'share'
      ? failuresChart(stage, target, id)
      : latencyChart(stage, target, quantile === '50' ? 0.5 : 0.95, id);
  return html`<div class="main-chart">${pinKeys(stage)}${chart}</div>
    ${checks}`;
}

function tellingClaim({ hypotheses }: Report): ReportHypothesis | undefined {
  const measured = hypotheses.filter(({ target, unit }) => target !== null && unit !== null);
  return measured.find(({ verdict }) => verdict === 'deviated') ?? measured[0];
}
