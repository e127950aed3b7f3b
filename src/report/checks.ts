import type { Part } from '../core/checks.ts';
import type { EpochMs } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';
import type { CheckVerdict } from '../core/verdict.ts';
import { counted } from './format.ts';
import { thinned } from './timeline.ts';

/** A signal that is kept or broken at each look, as the report tells of it. */
export interface ReportCheck {
  readonly signal: string;
  readonly claim: string;
  /** Null while the run goes on. */
  readonly verdict: CheckVerdict['verdict'] | null;
  readonly why: string | null;
  /** Looks by what they found; null for a part of the run in which the signal need not hold. */
  readonly looks: Readonly<Record<Part, ReportLooks | null>>;
  /** What each look read that found something new, in order of time. */
  readonly values: readonly ReportValue[];
}

export interface ReportLooks {
  readonly kept: number;
  readonly broken: number;
  readonly unknown: number;
}

export interface ReportValue {
  readonly at: EpochMs;
  readonly part: Part;
  readonly state: 'kept' | 'broken' | 'unknown';
  readonly value: number | null;
  readonly detail: string;
}

/** More points than a line of a table has room for. */
const mostValues = 120;

export function checksOf(run: Run, journal: readonly JournalEntry[]): ReportCheck[] {
  const verdicts = run.outcome !== null && 'verdict' in run.outcome ? run.outcome.verdict.checks : [];
  return run.checks.map(({ signal, claim, when, counts }) => {
    const verdict = verdicts.find((one) => one.signal === signal);
    const looksIn = (part: Part): ReportLooks | null => (when.includes(part) ? counts[part] : null);
    return {
      signal,
      claim,
      verdict: verdict?.verdict ?? null,
      why: verdict?.why ?? null,
      looks: { before: looksIn('before'), during: looksIn('during'), after: looksIn('after') },
      values: thinned(valuesOf(signal, journal), mostValues),
    };
  });
}

function valuesOf(wanted: string, journal: readonly JournalEntry[]): ReportValue[] {
  return journal
    .flatMap(({ at, what }) => (what.type === 'checks' ? what.checks.map((check) => ({ at, check })) : []))
    .filter(({ check }) => check.signal === wanted)
    .map(({ at, check: { part, state, value, detail } }) => ({ at, part, state, value, detail }))
    .sort((a, b) => a.at - b.at);
}

/** "kept 12 times, broken twice"; a dash where the signal need not hold. */
export function describeLooks(looks: ReportLooks | null): string {
  if (looks === null) return '–';
  const found = (['kept', 'broken', 'unknown'] as const).filter((state) => looks[state] > 0);
  return found.length === 0
    ? 'no look'
    : found.map((state) => `${state} ${counted(looks[state], 'time')}`).join(', ');
}

/** The latest thing that was read; empty where nothing was. */
export function latestDetail({ values }: ReportCheck): string {
  return values.at(-1)?.detail ?? '';
}
