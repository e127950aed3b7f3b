import type { Experiment } from '../generated/types.ts';
import type { CheckState } from './checks.ts';
import type { OutboxEntry } from './commands.ts';
import type { Directed, JudgeSettings, Seen } from './evidence.ts';
import type { TargetFacts } from './facts.ts';
import type { EpochMs, ResourceId, RunId, UnitId } from './ids.ts';
import type { JournalEntry } from './journal.ts';
import type { Verdict } from './verdict.ts';

export type Phase =
  | 'requested'
  | 'awaiting-approval'
  | 'announced'
  | 'checking'
  | 'injecting'
  | 'observing'
  | 'reverting'
  | 'recovering'
  | 'ended';

/** The slot a run fills: the scheduled time, or the id of the event that asked for it. */
export interface Slot {
  readonly kind: 'scheduled' | 'event' | 'manual' | 'gameday';
  /** What makes it unique: the scheduled time in ISO form, or the event's id. */
  readonly id: string;
  /** The scheduled time, or the event's. */
  readonly at: EpochMs;
}

/** Where a run stands in a game day. */
export interface GameDayPart {
  readonly session: string;
  /** Of the game day. */
  readonly name: string;
  readonly step: number;
}

/** One execution of an experiment, as stored. Changed only by `decide`. */
export interface Run {
  readonly schema: 1;
  readonly id: RunId;
  readonly experiment: Experiment;
  readonly slot: Slot;
  readonly requestedBy: string;
  /** Who registered the experiment, where it was; they may not approve it where the settings want four eyes. */
  readonly registeredBy?: string;
  /** The session of a game day that it belongs to. */
  readonly gameDay?: GameDayPart;
  readonly requestedAt: EpochMs;
  readonly settings: RunSettings;
  readonly phase: Phase;
  readonly phaseSince: EpochMs;
  /** Number of the latest published change of phase. */
  readonly seq: number;
  readonly nextJournalSeq: number;
  /** The latest entries of the journal, which ride here until several are written at once. */
  readonly unwritten: readonly JournalEntry[];
  readonly nextCommandId: number;
  readonly outbox: readonly OutboxEntry[];
  readonly tick: TickChain;
  /** The targets as the latest facts show them; empty before the first. */
  readonly targets: readonly TargetFacts[];
  readonly units: readonly Unit[];
  /** Epochs of the locks held, by resource; empty before they are granted. */
  readonly locks: Readonly<Record<ResourceId, number>>;
  readonly approval: Approval | null;
  /** Number of the publication that laid the run before people, as it is now: an approval of an earlier one does not count. */
  readonly askedSeq?: number;
  /** Generation of the kill switch when it was last read: an approval given before it was thrown does not count. */
  readonly killSwitchGeneration: number;
  /** Not before this time are checks made: the announced start. */
  readonly startAt: EpochMs;
  /** When people are reminded of it before that. */
  readonly announcements?: readonly EpochMs[];
  readonly injection: Injection | null;
  /** The first reason to stop wins and is never changed. */
  readonly abort: AbortReason | null;
  readonly hypotheses: readonly HypothesisState[];
  /** Signals that are kept or broken at each look. */
  readonly checks: readonly CheckState[];
  /** Signals that exist only elsewhere, and why. */
  readonly notJudged: readonly { readonly signal: string; readonly why: string }[];
  readonly measuring: Measuring;
  readonly recoverUntil: EpochMs | null;
  readonly outcome: Outcome | null;
  readonly endedAt: EpochMs | null;
  /** When the sweep reads the resources of the ended run again. */
  readonly audits: readonly EpochMs[];
}

/** What the run was given at its request; nothing in it changes. */
export interface RunSettings {
  readonly stage: string;
  /** Length of a tick, and of a telemetry cohort. */
  readonly tickMs: number;
  /** Looks become rarer with time, up to this; left out, there is one each tick. */
  readonly slowestLookMs?: number;
  /** How long an apply may take before its outcome counts as unknown. */
  readonly applyLeaseMs: number;
  readonly applyTimeoutMs: number;
  readonly stalenessMs: number;
  /** Bound on clock differences between processes. */
  readonly skewMs: number;
  /** Slots older than this are refused. */
  readonly maxSlotAgeMs: number;
  /** How long an approval may take. */
  readonly approvalMs: number;
  /** Grace after a function's timeout before an invocation counts as late. */
  readonly graceMs: number;
  readonly judge: JudgeSettings;
  readonly salt: string;
}

/** Only the tick (epoch, n) acts; it sends n + 1. The sweep revives a dead chain under a higher epoch. */
export interface TickChain {
  readonly epoch: number;
  readonly n: number;
  readonly expectedAt: EpochMs;
}

export interface Approval {
  readonly by: string;
  readonly at: EpochMs;
}

export interface Injection {
  /** When the first apply was issued. */
  readonly startedAt: EpochMs;
  /** Null until every unit is applied. */
  readonly observingSince: EpochMs | null;
  readonly endsAt: EpochMs;
  /** When in-function faults expire by themselves. The dead-man comes then or later: once no apply can land any more. */
  readonly expiresAt: EpochMs;
}

/** All faults of the run on one resource, as the drivers plan them. */
export interface UnitPlan {
  readonly id: UnitId;
  /** Driver that applies and reverts it: `dose` for in-function faults, else the fault's kind. */
  readonly driver: string;
  readonly resource: ResourceId;
  readonly target: string;
  /** Ids of its faults: f1, f2, … in the experiment's order. */
  readonly faults: readonly string[];
  /** How long AWS may show old values. */
  readonly settleMs: number;
  /** Those of its faults that may lose data for good on this target. */
  readonly losesData: readonly string[];
}

export interface Unit extends UnitPlan {
  readonly state: UnitState;
}

export type UnitState =
  | { readonly at: 'planned' }
  /** Its undo record is durable. */
  | { readonly at: 'captured' }
  /** An apply was sent or is about to be; until its result its outcome is unknown. */
  | { readonly at: 'applying'; readonly leaseUntil: EpochMs }
  | { readonly at: 'applied'; readonly since: EpochMs }
  | {
      readonly at: 'reverting';
      readonly attempts: number;
      readonly nextAt: EpochMs;
      /** An apply may still land until then: a clean read counts only after it. */
      readonly applyMayLandUntil: EpochMs | null;
      /** First of the two clean reads. */
      readonly cleanSince: EpochMs | null;
      readonly lastError: string | null;
    }
  | { readonly at: 'reverted'; readonly since: EpochMs; readonly how: RevertNote };

/** `drift`: someone else changed it meanwhile and their value was left alone. `absent`: the resource is gone. */
export type RevertNote = 'never-applied' | 'restored' | 'drift' | 'absent';

export type AbortReason =
  | { readonly code: 'alarm'; readonly alarm: string; readonly state: string }
  | { readonly code: 'deviation'; readonly hypotheses: readonly string[]; readonly detail: string }
  | { readonly code: 'steady-state-absent'; readonly detail: string }
  | { readonly code: 'person'; readonly by: string }
  | { readonly code: 'kill-switch'; readonly generation: number }
  | { readonly code: 'deadline' }
  | { readonly code: 'apply-failed'; readonly unit: UnitId; readonly detail: string }
  | { readonly code: 'apply-unknown'; readonly unit: UnitId }
  | { readonly code: 'not-measurable'; readonly detail: string }
  | { readonly code: 'not-ready'; readonly detail: string };

export type Outcome =
  | { readonly result: 'completed'; readonly verdict: Verdict }
  | { readonly result: 'aborted'; readonly reason: AbortReason; readonly verdict: Verdict }
  | { readonly result: 'refused'; readonly code: string; readonly reason: string }
  | { readonly result: 'errored'; readonly reason: string };

/** What is kept of the looks so far: deviation is judged on the largest evidence ever seen. */
export interface HypothesisState {
  readonly hypothesis: string;
  readonly claim: string;
  readonly weight: number;
  readonly maxLogHarm: number;
  readonly maxLogControlHarm: number;
  readonly logHeld: number | null;
}

export interface Measuring {
  /** Looks that failed one after the other. */
  readonly failures: number;
  readonly lastError: string | null;
  /** Invocations that have started and have no outcome yet, at the latest look. */
  readonly pending: number;
  readonly fired: Readonly<Record<string, number>>;
  /** Whether a unit's change was ever seen to have an effect; only of those of which that can be seen. */
  readonly inEffect: Readonly<Record<UnitId, boolean>>;
  readonly enrolled: number;
  /** Why less was injected than asked for, by reason, and who came while the dose was active. */
  readonly skipped?: Readonly<Record<string, number>>;
  readonly seen?: Seen;
  /** Requests that asked for a fault, and why others were ignored; only where the experiment takes directives. */
  readonly directives?: Directed & { readonly ignored: Readonly<Record<string, number>> };
  /** How many parts of the planned time people have been told of. */
  readonly partsTold?: number;
  /** Largest evidence, over all looks and targets, that the groups are not drawn as they should be. */
  readonly maxLogUneven: number;
  readonly realms: number;
  /** The longest an invocation of any target may take. */
  readonly deadlineMs: number;
}
