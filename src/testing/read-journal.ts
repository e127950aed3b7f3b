import { show, type Problem } from '../core/problem.ts';
import { isMapping } from '../core/schema-branch.ts';
import type { JournalEntry } from './api.ts';

/** What is wrong with something that is to be replayed; its faults are read as those of options are. */
export function checkJournal(value: unknown): Problem[] {
  const expected = 'the journal that withFaults or wrap gave, as it was';
  if (!isMapping(value) || value['inoculate'] !== 'journal/1') {
    const found = isMapping(value) ? `inoculate: ${show(value['inoculate'])}` : show(value);
    return [
      { path: ['replay'], code: 'not-a-journal', message: `This is no journal: ${found}`, found, expected },
    ];
  }
  return ['injected', 'skipped'].flatMap((name): Problem[] => {
    const list: unknown = value[name];
    if (!Array.isArray(list))
      return [
        { path: ['replay', name], code: 'missing', message: 'The list is missing', found: '', expected },
      ];
    const wrong = list.findIndex((entry) => !isEntry(entry));
    if (wrong < 0) return [];
    const path = ['replay', name, wrong];
    return [{ path, code: 'not-an-entry', message: 'This is no entry of a journal', found: '', expected }];
  });
}

/** The entries of a checked journal. */
export function entriesOf(journal: unknown): JournalEntry[] {
  if (!isMapping(journal)) return [];
  return ['injected', 'skipped'].flatMap((name) => {
    const list: unknown = journal[name];
    return Array.isArray(list) ? list.filter(isEntry) : [];
  });
}

function isEntry(value: unknown): value is JournalEntry {
  if (!isMapping(value)) return false;
  const { fault, kind, invocation, nth, draws, call, at } = value;
  const isPlace = call === undefined ? at === 'before' || at === 'after' : isCall(call);
  const isCounted = typeof invocation === 'number' && typeof nth === 'number';
  const isDrawn = isMapping(draws) && Object.values(draws).every((draw) => typeof draw === 'number');
  return typeof fault === 'string' && typeof kind === 'string' && isCounted && isPlace && isDrawn;
}

function isCall(value: unknown): boolean {
  return isMapping(value) && ['method', 'host', 'path'].every((name) => typeof value[name] === 'string');
}
