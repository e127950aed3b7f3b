import type { CheckResult } from '../../../core/checks.ts';
import { assertNever } from '../../../core/assert.ts';
import type { JournalEntry } from '../../../core/journal.ts';
import { clock, counted, duration, times } from '../../format.ts';
import type { RunRecord } from '../../record.ts';
import { html, type Markup } from '../markup.ts';

/** More rows help nobody; the first and the last tell the story. */
const mostRows = 400;

interface Row {
  readonly at: number;
  readonly kind: string;
  readonly text: string;
}

/** The history of the run, with looks that follow each other told in one line. */
export function journalSection({ run, journal }: RunRecord): Markup {
  const all = rowsOf([...journal].sort((a, b) => a.seq - b.seq));
  const left = all.length - mostRows;
  const shown = left > 0 ? [...all.slice(0, mostRows / 2), gap(all, left), ...all.slice(-mostRows / 2)] : all;
  return html`<section class="long">
    <h2>Journal</h2>
    <details>
      <summary>${counted(journal.length, 'entry').replace('entrys', 'entries')}, from request to end</summary>
      <div class="scroll" tabindex="0">
        <table class="journal">
          <caption>
            Times of day in UTC, and since the request
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">What</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (row) =>
                html`<tr>
                  <td>${clock(row.at)}<small>+${duration(row.at - run.requestedAt)}</small></td>
                  <td>${row.kind}</td>
                  <td>${row.text}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

function gap(rows: readonly Row[], left: number): Row {
  return { at: rows[mostRows / 2]?.at ?? 0, kind: 'left out', text: `${counted(left, 'more row')}` };
}

function rowsOf(entries: readonly JournalEntry[]): Row[] {
  const rows: Row[] = [];
  let looks: JournalEntry[] = [];
  const flush = (): void => {
    const [first] = looks;
    if (first !== undefined) rows.push(looksRow(first, looks));
    looks = [];
  };
  for (const entry of entries) {
    if (entry.what.type === 'measurement') looks.push(entry);
    else {
      flush();
      rows.push(rowOf(entry));
    }
  }
  flush();
  return rows;
}

function looksRow(first: JournalEntry, looks: readonly JournalEntry[]): Row {
  const last = looks.at(-1)?.what;
  if (last?.type !== 'measurement') throw new Error('A row of looks without a look');
  const started = last.targets.reduce((sum, one) => sum + one.experimental.started + one.control.started, 0);
  const joint = `evidence of harm ${times(last.logJoint)}`;
  const span = (looks.at(-1)?.at ?? first.at) - first.at;
  const when = looks.length === 1 ? '1 look' : `${looks.length} looks in ${duration(span)}`;
  return {
    at: first.at,
    kind: 'measurement',
    text: `${when}; at the last ${counted(started, 'enrolled invocation')}, ${joint}`,
  };
}

function rowOf({ at, what }: JournalEntry): Row {
  switch (what.type) {
    case 'event':
      return { at, kind: what.event, text: what.detail };
    case 'phase':
      return {
        at,
        kind: 'phase',
        text: `${what.from === null ? '' : `${what.from} → `}${what.to}: ${what.reason}`,
      };
    case 'decision':
      return { at, kind: `decision ${what.decision}`, text: what.reason };
    case 'effect':
      return { at, kind: what.effect, text: `${what.unit}: ${what.outcome}` };
    case 'measurement':
      return looksRow({ seq: 0, at, what }, [{ seq: 0, at, what }]);
    case 'checks':
      return { at, kind: 'signals', text: what.checks.map(checkText).join('; ') };
    default:
      return assertNever(what);
  }
}

/** What one look found of one signal. */
export function checkText({ signal, part, state, detail }: CheckResult): string {
  return `${signal} ${state} ${part === 'before' ? 'before' : part === 'during' ? 'under' : 'after'} the fault${detail === '' ? '' : ` (${detail})`}`;
}
