import { duration, instant } from '../format.ts';
import { document } from '../html/document.ts';
import { breakable, html, type Markup } from '../html/markup.ts';
import { mainChart } from '../html/sections/main-chart.ts';
import type { RunRecord } from '../record.ts';
import { lanes } from './lanes.ts';
import type { SessionRecord } from './record.ts';
import { gameDayReportOf, type GameDayReport, type GameDayRun, type GameDayStep } from './report.ts';
import { labelOf } from './sentences.ts';
import { gameDayStyle } from './style.ts';
import { howEnded, plannedWords } from './words.ts';

const labels: Readonly<Record<GameDayReport['result'], string>> = {
  held: 'Held',
  deviated: 'Deviated',
  inconclusive: 'Open',
  running: 'Running',
  none: 'Not run',
};

/** One self-contained page over all runs of a session, in the look of a run's own report. */
export function renderGameDayHtml(record: SessionRecord): string {
  const report = gameDayReportOf(record);
  return document({
    title: `${labels[report.result]}: ${report.gameDay}, ${instant(report.times.plannedStart)}`,
    inoculateVersion: report.inoculateVersion,
    ownStyle: gameDayStyle,
    main: [
      header(report, record),
      planned(report),
      timeline(report),
      runs(report),
      learnt(report, record),
      open(report),
    ],
    footer: footer(report),
  });
}

function header(report: GameDayReport, { session }: SessionRecord): Markup {
  const { startedAt, endedAt } = report.times;
  const begun = report.runs.filter(({ times }) => times !== null).length;
  const facts: readonly (readonly [string, string, string])[] = [
    ['Planned', instant(report.times.plannedStart), plannedWords(session)],
    startedAt === null
      ? ['Took', 'nothing', 'no run came to be']
      : [
          'Took',
          duration((endedAt ?? session.phaseSince) - startedAt),
          endedAt === null ? 'and goes on' : `until ${instant(endedAt)}`,
        ],
    ['Runs', `${begun} of ${report.runs.length}`, `in ${report.steps.length} steps`],
    [
      'Asked for by',
      report.requestedBy,
      report.approvedBy === null ? 'needed no approval' : `approved by ${report.approvedBy}`,
    ],
  ];
  return html`<header>
    <p class="over">Inoculate · report of a game day</p>
    <div class="title">
      <h1>${report.gameDay}</h1>
      <span class="badge ${report.result}">${labels[report.result]}</span>
    </div>
    <p class="verdict ${report.result}">${breakable(report.sentence)}</p>
    <dl class="facts">
      ${facts.map(
        ([term, value, note]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}<small>${note}</small></dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

function planned({ purpose, steps }: GameDayReport): Markup {
  return html`<section>
    <h2>What was planned</h2>
    ${purpose === null ? null : html`<blockquote class="purpose">${purpose}</blockquote>`}
    <ol class="steps">
      ${steps.map(stepItem)}
    </ol>
  </section>`;
}

const states: Readonly<Record<GameDayStep['state'], string>> = {
  waiting: 'waits',
  running: 'running',
  paused: 'paused',
  done: 'done',
  'not-run': 'not run',
};

function stepItem({ title, kind, state, reason, pausedFrom, pausedUntil }: GameDayStep): Markup {
  const what = { run: 'experiment', parallel: 'side by side', pause: 'pause' }[kind];
  const how =
    pausedFrom === null || pausedUntil === null ? states[state] : duration(pausedUntil - pausedFrom);
  return html`<li>
    <b>${breakable(title)}</b>
    <small>${what} · ${how}${reason === null ? '' : `: ${reason}`}</small>
  </li>`;
}

function timeline(report: GameDayReport): Markup {
  const drawn = lanes(report);
  return html`<section>
    <h2>When it happened</h2>
    ${drawn ?? html`<p>No run came to be, so there is nothing to draw.</p>`}
  </section>`;
}

const columns = ['Verdict', 'Fault in place', 'How it ended'] as const;

function runs(report: GameDayReport): Markup {
  return html`<section class="long">
    <h2>The runs</h2>
    <table class="stacked gameday-runs" role="table">
      <caption>
        Every experiment of the game day, in the order of its steps.
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Experiment</th>
          ${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${report.runs.map(runRow)}
      </tbody>
    </table>
  </section>`;
}

function runRow(one: GameDayRun): Markup {
  const { step, experiment, run, result, times } = one;
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      ${breakable(experiment)}<small>step ${step}${times === null ? null : html` · ${breakable(run)}`}</small>
    </th>
    <td role="cell" data-label="${columns[0]}"><span class="badge ${result}">${labelOf(result)}</span></td>
    <td role="cell" data-label="${columns[1]}">${inPlace(one)}</td>
    <td role="cell" data-label="${columns[2]}">${breakable(howEnded(one))}</td>
  </tr>`;
}

function inPlace({ times, result }: GameDayRun): Markup {
  if (times === null) return html`<span>${result === 'not-run' ? 'never' : 'not known any more'}</span>`;
  if (times.injectedAt === null) return html`<span>never</span>`;
  if (times.injectedMs === null) return html`<span>still</span>`;
  return html`<span
    >${duration(times.injectedMs)}<small>of ${duration(times.plannedMs)} planned</small></span
  >`;
}

function learnt(report: GameDayReport, { runs: records }: SessionRecord): Markup | null {
  const seen = report.runs.filter(({ times }) => times !== null);
  if (seen.length === 0) return null;
  return html`<section class="long">
    <h2>What was learnt</h2>
    ${seen.map((run, index) =>
      lesson(
        run,
        records.find((record) => record.run.id === run.run),
        index,
      ),
    )}
  </section>`;
}

function lesson(run: GameDayRun, record: RunRecord | undefined, index: number): Markup {
  const chart = record === undefined ? null : mainChart(record, `r${index}`);
  return html`<article class="lesson">
    <h3 class="lesson-title">
      ${breakable(run.experiment)} <span class="badge ${run.result}">${labelOf(run.result)}</span>
    </h3>
    <p class="prose">${breakable(run.sentence)}</p>
    ${
      run.findings.length === 0
        ? null
        : html`<ul class="plain prose findings">
            ${run.findings.map((finding) => html`<li>${breakable(finding)}</li>`)}
          </ul>`
    }
    ${chart}
  </article>`;
}

function open({ open: questions }: GameDayReport): Markup {
  return html`<section>
    <h2>What is open</h2>
    ${
      questions.length === 0
        ? html`<p class="prose">Nothing: every experiment was run, and held.</p>`
        : html`<ul class="prose open">
            ${questions.map((question) => html`<li>${breakable(question)}</li>`)}
          </ul>`
    }
  </section>`;
}

function footer({ session, stage, requestedBy, inoculateVersion }: GameDayReport): Markup {
  const entries = [
    ['Session', session],
    ['Asked for by', requestedBy],
    ['Stage', stage],
    ['Inoculate', inoculateVersion],
  ] as const;
  return html`<footer>
    <dl>
      ${entries.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </footer>`;
}
