import type { Draft } from '../draft.ts';
import type { RunEvent } from '../events.ts';
import type { EpochMs } from '../ids.ts';
import type { Run } from '../run.ts';
import { formatDuration } from '../units.ts';
import { refuse } from './ending.ts';

const minuteMs = 60_000;
/** A start is put off by this much at most: later, the run is another slot's. */
const maxPostponedMs = 7 * 24 * 60 * 60_000;

/** An approval counts only for the run as the person saw it. */
export function approve(draft: Draft, event: Extract<RunEvent, { type: 'approval' }>): void {
  const { run } = draft;
  if (run.phase !== 'awaiting-approval') return;
  const asked = run.askedSeq ?? run.seq;
  if (!event.approved) refuse(draft, 'not-approved', `${event.by} declined.`);
  else if (event.seq < asked || event.seq > run.seq || event.generation !== run.killSwitchGeneration)
    draft.decide('ignore-approval', `The approval by ${event.by} was given for an earlier state of the run.`);
  else {
    draft.patch({ approval: { by: event.by, at: event.at } });
    draft.enter('announced', `Approved by ${event.by}.`);
  }
}

/** Until when a run waits for an approval: as long as the settings say, and at least until it would start. */
export function approvalDueAt(run: Run): EpochMs {
  return Math.max(run.phaseSince + run.settings.approvalMs, run.startAt);
}

/** Only what has not begun can be put off. An approval that somebody gives for the earlier time does not count any more. */
export function postpone(draft: Draft, by: string, startAt: EpochMs): void {
  const { run } = draft;
  if (run.phase !== 'announced' && run.phase !== 'awaiting-approval') return;
  if (startAt <= run.startAt || startAt > run.slot.at + maxPostponedMs) {
    draft.decide('ignore-postponement', `${by} put the start off to a time that cannot be.`);
    return;
  }
  const laterMs = startAt - run.startAt;
  const asked = run.phase === 'awaiting-approval' ? { askedSeq: run.seq + 1 } : {};
  draft.patch({ startAt, announcements: (run.announcements ?? []).map((due) => due + laterMs), ...asked });
  draft.decide('postpone', `${by} put the start off.`);
  draft.tellNext('postponed', run.phase, `${by} put the start off.`);
}

/** Tells people of a start that comes near. Of several reminders that are due at once only one is sent. */
export function remind(draft: Draft): void {
  const { run, at } = draft;
  const announcements = run.announcements ?? [];
  const waiting = announcements.filter((due) => due > at);
  if (waiting.length === announcements.length) return;
  draft.patch({ announcements: waiting });
  if (at >= run.startAt) return;
  const asked = run.phase === 'awaiting-approval' ? ', and waits for an approval' : '';
  draft.tellNext('reminder', run.phase, `It starts in ${minutes(run.startAt - at)}${asked}.`);
}

/** People are told in whole minutes. */
function minutes(ms: number): string {
  return formatDuration(Math.max(1, Math.round(ms / minuteMs)) * minuteMs);
}
