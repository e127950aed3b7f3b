import { closedSpan } from '../core/calendar/windows.ts';
import type { EpochMs } from '../core/ids.ts';
import { type Told, closedInWords, rowsOf } from './words.ts';

/** One guardrail that would be another; null where it is new, or gone. */
export interface Change {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Difference {
  readonly changes: readonly Change[];
  /** Times in which nothing may run any more, in words. */
  readonly closed: readonly string[];
  /** Times that are not closed any more. What is over by `now` does not count. */
  readonly opened: readonly string[];
}

/** What other guardrails would change. */
export function differenceOf(before: Told, after: Told, now: EpochMs): Difference {
  const rows = [rowsOf(before), rowsOf(after)] as const;
  const [old, fresh] = rows.map((some) => new Map(some.map(({ name, says }) => [name, says])));
  const names = [...new Set(rows.flatMap((some) => some.map(({ name }) => name)))];
  const changes = names
    .map((name) => ({ name, before: old?.get(name) ?? null, after: fresh?.get(name) ?? null }))
    .filter((change) => change.before !== change.after);
  const words = (told: Told): ReadonlySet<string> =>
    new Set(
      told.closed.filter((one) => closedSpan(one).to > now).map((one) => closedInWords(one, told.timezone)),
    );
  const [was, is] = [words(before), words(after)];
  return {
    changes,
    closed: [...is].filter((one) => !was.has(one)),
    opened: [...was].filter((one) => !is.has(one)),
  };
}

export function isNone({ changes, closed, opened }: Difference): boolean {
  return changes.length + closed.length + opened.length === 0;
}
