import type { EpochMs } from './ids.ts';
import type { Phase, Run } from './run.ts';

/** The parts of a run in which a signal must hold. */
export type Part = 'before' | 'during' | 'after';

export const allParts: readonly Part[] = ['before', 'during', 'after'];

/** What an experiment claims that is no comparison of two groups: a signal that is kept or broken at each look. */
export interface CheckSpec {
  readonly signal: string;
  /** For people: "orders: Sum of OrdersPlaced at least 100". */
  readonly claim: string;
  readonly when: readonly Part[];
  /** So many looks in a row may find it broken before that counts. */
  readonly tolerates: number;
  /** How long after a change a look can first know of it: a metric shows whole periods, and shows them late. */
  readonly knownAfterMs: number;
}

/** What one look at one signal found. */
export interface CheckResult {
  readonly signal: string;
  readonly part: Part;
  readonly state: 'kept' | 'broken' | 'unknown';
  /** What was read, in the signal's own unit; null where it has no number or nothing was read. */
  readonly value: number | null;
  /** For people, without full stop: "37 at 10:05", "status 503 after 120 ms". */
  readonly detail: string;
  /** The start of the period that this is the value of: several looks may show the same one. */
  readonly period?: EpochMs;
  /** It could not be read at all, as an alarm that does not exist: so it could stop no run. */
  readonly blind?: true;
}

export interface Counts {
  readonly kept: number;
  readonly broken: number;
  readonly unknown: number;
}

/** What a run keeps of all its looks at one check: the same size however long it runs. */
export interface CheckState extends CheckSpec {
  readonly counts: Readonly<Record<Part, Counts>>;
  /** Looks in a row, of the latest part, that found it broken; one that knows nothing changes nothing. */
  readonly inARow: number;
  /** When it was first broken more often in a row than is tolerated, in each part. */
  readonly broke: Readonly<Partial<Record<Part, Moment>>>;
  readonly latest: (Moment & Pick<CheckResult, 'part' | 'state' | 'period'>) | null;
}

interface Moment {
  readonly at: EpochMs;
  readonly value: number | null;
  readonly detail: string;
}

const none: Counts = { kept: 0, broken: 0, unknown: 0 };

export function newCheck(spec: CheckSpec): CheckState {
  return {
    ...spec,
    counts: { before: none, during: none, after: none },
    inARow: 0,
    broke: {},
    latest: null,
  };
}

/** The part of the run that a look belongs to which begins in this phase; null for none. */
export function partOf(phase: Phase): Part | null {
  if (phase === 'checking') return 'before';
  if (phase === 'observing') return 'during';
  return phase === 'recovering' ? 'after' : null;
}

/** Those results that say something new, of the checks that the run has. */
export function newsOf(
  states: readonly CheckState[],
  results: readonly CheckResult[],
): readonly CheckResult[] {
  return results.filter((result) =>
    states.some((state) => state.signal === result.signal && !sawAlready(state, result)),
  );
}

/** Adds what a look found. A result of another part than the latest begins a new row. */
export function absorbChecks(
  states: readonly CheckState[],
  results: readonly CheckResult[],
  at: EpochMs,
): readonly CheckState[] {
  return states.map((state) => {
    const found = results.find(({ signal }) => signal === state.signal);
    return found === undefined ? state : absorb(state, found, at);
  });
}

function absorb(
  check: CheckState,
  { part, state, value, detail, period }: CheckResult,
  at: EpochMs,
): CheckState {
  const before = check.latest?.part === part ? check.inARow : 0;
  const inARow = state === 'broken' ? before + 1 : state === 'kept' ? 0 : before;
  const counts = { ...check.counts[part], [state]: check.counts[part][state] + 1 };
  const breaks = inARow > check.tolerates && check.broke[part] === undefined;
  return {
    ...check,
    counts: { ...check.counts, [part]: counts },
    inARow,
    broke: breaks ? { ...check.broke, [part]: { at, value, detail } } : check.broke,
    latest: { at, part, state, value, detail, ...(period === undefined ? {} : { period }) },
  };
}

/** A period that is looked at again is no second one, unless its data have changed what it shows. */
function sawAlready({ latest }: CheckState, { part, state, period }: CheckResult): boolean {
  return period !== undefined && latest?.period === period && latest.part === part && latest.state === state;
}

/** Those that the fault has broken. */
export function brokenChecks({ checks }: Pick<Run, 'checks'>): readonly CheckState[] {
  return checks.filter(({ broke }) => broke.during !== undefined);
}

/** Whether a check that must hold after the fault holds: true and false are what is known, null that nothing is. */
export function holdsAfter(check: CheckState): boolean | null {
  const { kept, broken } = check.counts.after;
  if (kept + broken === 0) return null;
  if (check.inARow > check.tolerates) return false;
  return kept > 0 ? true : null;
}

/** Whether every check that must hold after the fault was kept when it was last seen. */
export function recovered({ checks }: Pick<Run, 'checks'>): boolean {
  return checks
    .filter(({ when }) => when.includes('after'))
    .every((check) => holdsAfter(check) === true && check.inARow === 0);
}

/** Every check of this look could not be read: nobody watches. */
export function allBlind(results: readonly CheckResult[]): boolean {
  return results.length > 0 && results.every(({ blind }) => blind === true);
}

/** "orders at least 100 (37 at 10:05)" */
export function describeBreak({ claim }: CheckSpec, { detail }: { readonly detail: string }): string {
  return detail === '' ? claim : `${claim} (${detail})`;
}
