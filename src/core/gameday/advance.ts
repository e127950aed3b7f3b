import { assertNever } from '../assert.ts';
import type { SessionDraft } from './draft.ts';
import { windDown } from './ending.ts';
import { drivePause, driveSteps } from './steps.ts';
import { minutes, startsIn } from './words.ts';

/** So many steps, and the end. */
const maxMoves = 64;

/** What follows from what is known by now, until something must be waited for. */
export function advance(draft: SessionDraft): void {
  for (let move = 0; move < maxMoves; move += 1) if (!advanceOnce(draft)) return;
}

/** One move; false where there is none. */
function advanceOnce(draft: SessionDraft): boolean {
  const { phase, stopped } = draft.session;
  if (phase === 'ended') return false;
  if (stopped !== null) return windDown(draft, stopped.reason);
  switch (phase) {
    case 'planned':
      return announce(draft);
    case 'awaiting-approval':
      return awaitApproval(draft);
    case 'announced':
      return awaitStart(draft);
    case 'running':
      return driveSteps(draft);
    case 'paused':
      return drivePause(draft);
    default:
      return assertNever(phase);
  }
}

function announce(draft: SessionDraft): boolean {
  const { startAt, announcements } = draft.session;
  if (draft.at < Math.min(startAt, ...announcements)) return false;
  dropAnnouncements(draft);
  draft.enter('announced', startsIn(draft.session.startAt, draft.at));
  return true;
}

function awaitApproval(draft: SessionDraft): boolean {
  const { phaseSince, settings, startAt, endsAt } = draft.session;
  const due = Math.min(Math.max(phaseSince + settings.approvalMs, startAt), endsAt ?? Infinity);
  if (draft.at > due) {
    draft.stop({ code: 'approval-expired', reason: 'Nobody approved in time.' });
    return true;
  }
  remind(draft, ', and waits for an approval');
  return false;
}

function awaitStart(draft: SessionDraft): boolean {
  const { startAt, approval, settings } = draft.session;
  if (draft.at < startAt) {
    remind(draft, '');
    return false;
  }
  const lateMs = draft.at - Math.max(startAt, approval?.at ?? 0);
  if (lateMs > settings.maxLateMs)
    draft.stop({
      code: 'too-late',
      reason: `It could begin only ${minutes(lateMs)} after its time, when nobody expected it any more.`,
    });
  else draft.enter('running', 'The game day begins.');
  return true;
}

/** Tells people of a start that comes near. Of several reminders that are due at once only one is sent. */
function remind(draft: SessionDraft, more: string): void {
  if (!dropAnnouncements(draft) || draft.at >= draft.session.startAt) return;
  draft.tell('reminder', `${startsIn(draft.session.startAt, draft.at).slice(0, -1)}${more}.`, null);
}

/** Whether there were any that are due. */
function dropAnnouncements(draft: SessionDraft): boolean {
  const { announcements } = draft.session;
  const waiting = announcements.filter((due) => due > draft.at);
  if (waiting.length === announcements.length) return false;
  draft.patch({ announcements: waiting });
  return true;
}
