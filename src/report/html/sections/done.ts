import { counted, exactShare, duration } from '../../format.ts';
import type { Report, ReportFault } from '../../report.ts';
import { capitalised } from '../../sentences.ts';
import { breakable, html, type Markup } from '../markup.ts';

/** The hypothesis, the faults and how often they fired, the traffic and the place. */
export function whatWasDone(report: Report): Markup {
  return html`<section>
      <h2>Hypothesis</h2>
      <blockquote>${report.hypothesis}</blockquote>
    </section>
    <section>
      <h2>${report.times.injectedAt === null ? 'What was planned' : 'What was done'}</h2>
      <p class="prose">${plan(report)}</p>
      <div class="note-below">
        <table class="stacked faults" role="table">
          <caption>
            Faults, and how often each was injected
          </caption>
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">Fault</th>
              <th role="columnheader" scope="col">Target</th>
              <th role="columnheader" scope="col" class="number">Injected</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${report.faults.map((fault) => faultRow(fault, report))}
          </tbody>
        </table>
      </div>
      ${leftAlone(report)}
    </section>`;
}

function plan({ environment, exposure, directed, times, faults, stage }: Report): string {
  const where =
    environment.where === 'local'
      ? `on one machine (${environment.runtime}), functions of service ${environment.service}`
      : `on AWS, in ${environment.service}, stage ${stage}`;
  const byShare = exposure === 0 ? 'everybody' : `${exactShare(exposure)} of the invocations`;
  const whom = exposure === 0 && directed !== null ? 'single requests that asked for it' : byShare;
  const what = `${counted(faults.length, 'fault')} for ${whom}, planned for ${duration(times.plannedMs)}`;
  const traffic = environment.workload === null ? '' : ` Traffic: ${environment.workload}.`;
  return `${what}, ${where}.${traffic}`;
}

function faultRow({ id, kind, target, sentence, fired, inPlace }: ReportFault, report: Report): Markup {
  const exposed = report.targets.find((one) => one.target === target)?.experimental.started ?? 0;
  const each =
    exposed === 0 || fired === 0 || (report.directed ?? 0) > 0
      ? null
      : html`<small>${(fired / exposed).toPrecision(2)} per exposed invocation</small>`;
  return html`<tr role="row">
    <th role="rowheader" scope="row">${breakable(capitalised(sentence))}<small>${id} · ${kind}</small></th>
    <td role="cell" data-label="Target">${target}</td>
    <td role="cell" class="number" data-label="Injected"><span>${timesOf(fired, inPlace)}${each}</span></td>
  </tr>`;
}

/** What changes AWS is in place or not: nobody counts whom it meets. */
function timesOf(fired: number, inPlace: boolean | null): string {
  if (inPlace === null) return counted(fired, 'time');
  return inPlace ? 'was in place' : 'never';
}

function leftAlone({ spared }: Report): Markup | null {
  return spared.length === 0 ? null : html`<p class="prose note-below">${spared.join(' ')}</p>`;
}
