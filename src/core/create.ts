import type { Experiment } from '../generated/types.ts';
import { type CheckSpec, newCheck } from './checks.ts';
import { Draft, type Decision } from './draft.ts';
import type { EpochMs, RunId } from './ids.ts';
import type { Approval, GameDayPart, Run, RunSettings, Slot } from './run.ts';

export interface RunRequest {
  readonly id: RunId;
  readonly experiment: Experiment;
  readonly slot: Slot;
  readonly requestedBy: string;
  readonly settings: RunSettings;
  /** Not before this time: an announcement's lead, a trigger's delay. */
  readonly startAt: EpochMs;
  readonly hypotheses: readonly { readonly hypothesis: string; readonly claim: string }[];
  readonly checks: readonly CheckSpec[];
  readonly notJudged: Run['notJudged'];
  /** Reminders before the start; those that are over by now are left out. */
  readonly announcements?: readonly EpochMs[];
  readonly registeredBy?: string;
  readonly gameDay?: GameDayPart;
  /** Where people have approved all of what the run is part of. */
  readonly approval?: Approval;
}

/** The first state of a run, with its first commands. The same request gives the same run. */
export function createRun(request: RunRequest, at: EpochMs): Decision {
  const weight = 1 / Math.max(1, request.hypotheses.length);
  const run: Run = {
    schema: 1,
    id: request.id,
    experiment: request.experiment,
    slot: request.slot,
    requestedBy: request.requestedBy,
    requestedAt: at,
    settings: request.settings,
    phase: 'requested',
    phaseSince: at,
    seq: 1,
    nextJournalSeq: 1,
    unwritten: [],
    nextCommandId: 1,
    outbox: [],
    tick: { epoch: 1, n: 1, expectedAt: at + request.settings.tickMs },
    targets: [],
    units: [],
    locks: {},
    approval: request.approval ?? null,
    killSwitchGeneration: 0,
    startAt: request.startAt,
    announcements: (request.announcements ?? []).filter((due) => due > at).sort((a, b) => a - b),
    ...(request.registeredBy === undefined ? {} : { registeredBy: request.registeredBy }),
    ...(request.gameDay === undefined ? {} : { gameDay: request.gameDay }),
    injection: null,
    abort: null,
    hypotheses: request.hypotheses.map((one) => ({
      ...one,
      weight,
      maxLogHarm: -Number.MAX_VALUE,
      maxLogControlHarm: -Number.MAX_VALUE,
      logHeld: null,
    })),
    checks: request.checks.map(newCheck),
    notJudged: request.notJudged,
    measuring: {
      failures: 0,
      lastError: null,
      pending: 0,
      fired: {},
      inEffect: {},
      enrolled: 0,
      maxLogUneven: 0,
      realms: 0,
      deadlineMs: 0,
    },
    recoverUntil: null,
    outcome: null,
    endedAt: null,
    audits: [],
  };
  const draft = new Draft(run, at);
  const reason = `Requested by ${request.requestedBy} for slot ${request.slot.id}.`;
  draft.note({ type: 'phase', from: null, to: 'requested', reason });
  draft.tell('phase', null, reason);
  draft.issue({ type: 'schedule-tick', epoch: 1, n: 1, at: run.tick.expectedAt });
  draft.issue({ type: 'gather-facts' });
  return draft.finish();
}
