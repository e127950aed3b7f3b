import { clock, listed } from '../../format.ts';
import type { Report, ReportRevert } from '../../report.ts';
import { html, type Markup } from '../markup.ts';

export function findingsSection({ findings }: Report): Markup | null {
  if (findings.length === 0) return null;
  return html`<section>
    <h2>What the run shows</h2>
    <ul class="plain prose">
      ${findings.map((finding) => html`<li>${finding}</li>`)}
    </ul>
  </section>`;
}

/** Whether everything is as it was before, and how that is known. */
export function revertsSection({ reverts }: Report): Markup {
  return html`<section>
    <h2>Taken back</h2>
    <p class="prose">${reverts.sentence}</p>
    ${
      reverts.resources.length === 0
        ? null
        : html`<ul class="plain small note-below">
            ${reverts.resources.map(readBack)}
          </ul>`
    }
  </section>`;
}

function readBack({ resource, cleanReadsAt }: ReportRevert): Markup | null {
  if (cleanReadsAt.length === 0) return null;
  return html`<li>${resource}: read back without the change at ${listed(cleanReadsAt.map(clock))} UTC</li>`;
}

export function footer({ runId, environment, requestedBy, stage }: Report): Markup {
  const { seed, nodeVersions, runtime, service, inoculateVersion } = environment;
  const nodes = Object.entries(nodeVersions).map(([name, version]) => `${name} ${version}`);
  const entries = [
    ['Run', runId],
    ['Asked for by', requestedBy],
    ['Service', `${service}, stage ${stage}`],
    ['Seed', seed === null ? 'none' : String(seed)],
    ['Runtime', runtime],
    ['Node.js', nodes.length === 0 ? 'unknown' : nodes.join(', ')],
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
