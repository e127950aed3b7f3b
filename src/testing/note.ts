import type { Journal } from './api.ts';
import { chanceIn } from './errors.ts';
import { placeOf } from './describe-call.ts';

const journals = new WeakMap<object, Journal>();
const mostTold = 5;

/** The journal of the `withFaults`, or of the wrapped handler, that an error came out of; undefined for other errors. */
export function journalOf(error: unknown): Journal | undefined {
  return isObject(error) ? journals.get(error) : undefined;
}

/**
 * Leaves with an error what it takes to repeat it. Its message stays as it is, since tests compare it: the note goes
 * into the stack, which jest prints, and into a code frame, which vitest prints; equality asks for neither.
 * @internal
 */
export function leaveNote(error: unknown, journal: Journal): void {
  if (!isObject(error) || journals.has(error)) return;
  journals.set(error, journal);
  const note = `[inoculate] ${noteOn(journal)}`;
  const { stack, codeFrame }: { readonly stack?: unknown; readonly codeFrame?: unknown } = error;
  // Both are refused by a frozen error, which then stays without a note.
  if (typeof stack === 'string') Reflect.set(error, 'stack', `${stack}\n\n${note}\n`);
  // What an assertion throws is shown by its toJSON, which passes on what is enumerable.
  const enumerable = 'toJSON' in error;
  if (codeFrame === undefined)
    Reflect.defineProperty(error, 'codeFrame', { value: note, configurable: true, enumerable });
}

function noteOn(journal: Journal): string {
  const { injected } = journal;
  const told = injected
    .slice(0, mostTold)
    .map((entry) => `${entry.fault} ${entry.kind} on ${placeOf(entry)}`);
  const more = injected.length > mostTold ? [`and ${injected.length - mostTold} more`] : [];
  const what = told.length === 0 ? 'nothing was injected' : `injected: ${[...told, ...more].join(', ')}`;
  const other =
    (journal.differences ?? []).length > 0 ? ', though the code made other calls than the journal' : '';
  return `${what}${other}; repeat with ${chanceIn(journal)}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
