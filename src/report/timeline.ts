import type { Evidence, TargetObservation } from '../core/evidence.ts';
import type { EpochMs } from '../core/ids.ts';
import type { JournalEntry, JournalFact } from '../core/journal.ts';
import type { Phase } from '../core/run.ts';
import type { RunRecord } from './record.ts';

/** One look at the data, as the journal keeps it. */
export interface Look {
  readonly at: EpochMs;
  readonly targets: readonly TargetObservation[];
  readonly evidence: readonly Evidence[];
  readonly logJoint: number;
}

/** The moments of a run; null where it did not come to them. */
export interface Moments {
  readonly requestedAt: EpochMs;
  /** The first fault was about to be applied. */
  readonly injectedAt: EpochMs | null;
  /** The run turned to reverting: planned end or abort. */
  readonly stoppedAt: EpochMs | null;
  /** Every change was read back as gone. */
  readonly revertedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** From the first apply to the turn; null where nothing was applied or the fault is still there. */
  readonly injectedMs: number | null;
  readonly plannedMs: number;
}

export function momentsOf({ run, journal }: Pick<RunRecord, 'run' | 'journal'>): Moments {
  const injectedAt = run.injection?.startedAt ?? null;
  const stoppedAt = entered(journal, 'reverting');
  return {
    requestedAt: run.requestedAt,
    injectedAt,
    stoppedAt,
    revertedAt: entered(journal, 'recovering'),
    endedAt: run.endedAt,
    injectedMs: injectedAt === null || stoppedAt === null ? null : stoppedAt - injectedAt,
    plannedMs: run.experiment.duration,
  };
}

function entered(journal: readonly JournalEntry[], phase: Phase): EpochMs | null {
  return journal.find(({ what }) => what.type === 'phase' && what.to === phase)?.at ?? null;
}

/** Every look, in order of time. */
export function looksOf(journal: readonly JournalEntry[]): Look[] {
  return journal
    .flatMap(({ at, what }) => (what.type === 'measurement' ? [{ ...measured(what), at }] : []))
    .sort((a, b) => a.at - b.at);
}

function measured(fact: Extract<JournalFact, { type: 'measurement' }>): Omit<Look, 'at'> {
  return { targets: fact.targets, evidence: fact.evidence, logJoint: fact.logJoint };
}

/** The latest word on each hypothesis: a look may have missed one. */
export function latestEvidence(looks: readonly Look[]): ReadonlyMap<string, Evidence> {
  return new Map(looks.flatMap((look) => look.evidence).map((one) => [one.hypothesis, one]));
}

/** The latest observation of each target, in the order in which they first appeared. */
export function latestTargets(looks: readonly Look[]): TargetObservation[] {
  return [...new Map(looks.flatMap((look) => look.targets).map((one) => [one.target, one])).values()];
}

/** At most `most` of them, the first and the last among them, evenly spaced. */
export function thinned<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]).filter(
    (item) => item !== undefined,
  );
}
