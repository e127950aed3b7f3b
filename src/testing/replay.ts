import type { Draw } from '../layer/draw.ts';
import type { JournalEntry } from './api.ts';
import { placeOf } from './describe-call.ts';

/** The draws of a journal, by fault and place; and what the code did otherwise than it says. */
export class Replay {
  readonly #left = new Map<string, JournalEntry>();
  readonly #unknown: { readonly invocation: number; readonly text: string }[] = [];

  constructor(entries: readonly JournalEntry[]) {
    for (const entry of entries) this.#left.set(keyOf(entry), entry);
  }

  /** Those that the journal has for this place; where it has none, none with which a fault acts. */
  draws(entry: JournalEntry, drawn: Draw): Draw {
    const key = keyOf(entry);
    const recorded = this.#left.get(key);
    if (recorded === undefined) {
      // At an end of an invocation a fault that does nothing leaves no entry: then it does nothing this time, too.
      if (entry.call !== undefined) this.#unknown.push(told(entry, 'is not in the journal'));
      return (purpose) => (purpose === 'rate' ? 1 : drawn(purpose));
    }
    this.#left.delete(key);
    return (purpose) => recorded.draws[purpose] ?? drawn(purpose);
  }

  /** One sentence for each: of one invocation, or of all. */
  differences(invocation?: number): string[] {
    const missing = [...this.#left.values()].map((entry) => told(entry, 'did not happen'));
    return [...this.#unknown, ...missing]
      .filter((one) => invocation === undefined || one.invocation === invocation)
      .map(({ text }) => text);
  }
}

function told(entry: JournalEntry, what: string): { invocation: number; text: string } {
  const { invocation, call, nth, fault, kind } = entry;
  const which = call === undefined || nth === 1 ? '' : ` (number ${nth})`;
  const where = invocation === 1 ? '' : ` in invocation ${invocation}`;
  return { invocation, text: `${placeOf(entry)}${which}${where} ${what} (${fault}, ${kind})` };
}

function keyOf(entry: JournalEntry): string {
  return JSON.stringify([entry.invocation, entry.fault, placeOf(entry), entry.nth]);
}
