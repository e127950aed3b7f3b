import { count, duration, exactShare, instant } from '../../format.ts';
import type { Report } from '../../report.ts';
import { breakable, html, type Markup } from '../markup.ts';

/** Name, verdict and the figures that everybody asks for first. */
export function headerSection(report: Report, label: string): Markup {
  return html`<header>
    <p class="over">Inoculate · report of an experiment</p>
    <div class="title">
      <h1>${report.experiment}</h1>
      <span class="badge ${report.result}">${label}</span>
    </div>
    <p class="verdict ${report.result}">${breakable(report.sentence)}</p>
    <dl class="facts">${factsOf(report).map(fact)}</dl>
  </header>`;
}

interface Fact {
  readonly term: string;
  readonly value: string;
  readonly note?: string;
}

function fact({ term, value, note }: Fact): Markup {
  return html`<div>
    <dt>${term}</dt>
    <dd>${value}${note === undefined ? null : html`<small>${note}</small>`}</dd>
  </div>`;
}

/** What is changed on AWS is changed for all who use it. */
const everybody: Fact = { term: 'Exposure', value: 'everybody', note: 'no fault works inside a function' };

function byDirective(requests: number): Fact {
  return { term: 'Directed requests', value: count(requests), note: 'asked for their faults themselves' };
}

function factsOf(report: Report): Fact[] {
  const { times, targets } = report;
  const sum = (group: 'experimental' | 'control') =>
    targets.reduce((all, target) => all + target[group].started, 0);
  const groups: readonly Fact[] = [
    {
      term: 'Exposed invocations',
      value: count(sum('experimental')),
      note: `beside ${count(sum('control'))} in the control group`,
    },
    {
      term: 'Exposure',
      value: exactShare(report.exposure),
      note: 'of invocations, and as many in the control group',
    },
  ];
  return [
    { term: 'Fault in place', ...inPlace(report) },
    ...(report.exposure > 0 ? groups : report.directed === null ? [everybody] : []),
    ...(report.directed === null ? [] : [byDirective(report.directed)]),
    {
      term: 'Started',
      value: instant(times.injectedAt ?? times.requestedAt),
      note: `asked for by ${report.requestedBy}`,
    },
  ];
}

function inPlace({ times, outcome, reasonCode }: Report): Pick<Fact, 'value' | 'note'> {
  const planned = duration(times.plannedMs);
  const why = reasonCode === null ? '' : `: ${reasonCode}`;
  if (times.injectedAt === null) return { value: 'never', note: `${outcome ?? 'still going on'}${why}` };
  if (times.injectedMs === null) return { value: 'still', note: `planned for ${planned}` };
  const lasted = duration(times.injectedMs);
  return outcome === 'aborted'
    ? { value: `${lasted} of ${planned}`, note: `aborted${why}` }
    : { value: lasted, note: `planned for ${planned}` };
}
