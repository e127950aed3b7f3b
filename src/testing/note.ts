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
 * into the stack, which test runners print.
 * @internal
 */
export function leaveNote(error: unknown, journal: Journal): void {
  if (!isObject(error) || journals.has(error)) return;
  journals.set(error, journal);
  const stack: unknown = Reflect.get(error, 'stack');
  if (typeof stack !== 'string') return;
  // False where the error is frozen: then it stays without a note.
  Reflect.set(error, 'stack', `${stack}\n\n${noteOn(journal)}\n`);
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
  return `[inoculate] ${what}${other}; repeat with ${chanceIn(journal)}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
