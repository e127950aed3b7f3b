import { assertNever } from '../assert.ts';
import { advance } from './advance.ts';
import { SessionDraft, type SessionDecision } from './draft.ts';
import type { SessionEvent } from './events.ts';
import { absorbLook, absorbStart } from './runs.ts';
import type { Session } from './session.ts';

/** What follows from an event. Pure: the same session and event give the same decision, whoever asks and however often. */
export function decideSession(session: Session, event: SessionEvent): SessionDecision {
  const draft = new SessionDraft(session, event.at);
  switch (event.type) {
    case 'look':
      absorbLook(draft, event);
      draft.reissueDue();
      break;
    case 'continue':
      letGoOn(draft, event);
      break;
    case 'approval':
      approve(draft, event);
      break;
    case 'abort':
      if (session.phase !== 'ended')
        draft.stop({ code: 'person', reason: `${event.by} ended the game day.` });
      break;
    case 'kill-switch':
      if (session.phase !== 'ended' && event.generation > session.killSwitchGeneration)
        draft.stop({ code: 'kill-switch', reason: 'The kill switch was thrown.' });
      break;
    case 'result':
      onResult(draft, event);
      break;
    default:
      assertNever(event);
  }
  // Whoever approves needs no right to begin anything: that is left to the next minute.
  if (event.type !== 'approval' || draft.session.stopped !== null) advance(draft);
  return draft.finish();
}

function onResult(draft: SessionDraft, { command, result }: Extract<SessionEvent, { type: 'result' }>): void {
  const entry = draft.session.outbox.find(({ id }) => id === command);
  // Whether it happened or not is not known: it is handed out again, or read, when it is due.
  if (entry === undefined || result.type === 'failed') return;
  draft.settle(command);
  if (entry.command.type === 'start-run') absorbStart(draft, entry.command.run, result);
}

/** Counts only for the session as the person saw it. */
function approve(draft: SessionDraft, event: Extract<SessionEvent, { type: 'approval' }>): void {
  const { phase, askedSeq, seq, killSwitchGeneration } = draft.session;
  if (phase !== 'awaiting-approval') return;
  if (!event.approved) draft.stop({ code: 'not-approved', reason: `${event.by} declined.` });
  else if (event.seq < askedSeq || event.seq > seq || event.generation !== killSwitchGeneration)
    draft.because(`The approval by ${event.by} was given for an earlier state of the game day.`);
  else {
    draft.patch({ approval: { by: event.by, at: event.at } });
    draft.enter('announced', `Approved by ${event.by}.`);
  }
}

/** A pause ends where somebody who sees this very pause says so. */
function letGoOn(draft: SessionDraft, event: Extract<SessionEvent, { type: 'continue' }>): void {
  const { phase, askedSeq, seq, steps } = draft.session;
  if (phase !== 'paused' || event.seq < askedSeq || event.seq > seq) return;
  const index = steps.findIndex(({ state }) => state === 'paused');
  draft.patch({ phase: 'running', phaseSince: draft.at });
  draft.setStep(index, { state: 'done', reason: `Continued by ${event.by}.` });
  draft.tell('pause', `${event.by} let the game day go on.`, index + 1);
}
