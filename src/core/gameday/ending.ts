import type { SessionDraft } from './draft.ts';
import { tally } from './results.ts';
import { abortUnderWay, giveUpWaiting, isUnsettled, runsOf } from './runs.ts';
import { listed, sentence } from './words.ts';

/** No step begins any more; what is under way is aborted, and the session ends with the last of its runs. */
export function windDown(draft: SessionDraft, reason: string): boolean {
  const { steps, stopped } = draft.session;
  const paused = steps.findIndex(({ state }) => state === 'paused');
  if (paused >= 0) {
    draft.setStep(paused, { state: 'done', reason });
    draft.patch({ phase: 'running', phaseSince: draft.at });
  }
  giveUpWaiting(draft, reason);
  const known = runsOf(draft.session).filter(({ state, aborting }) => state === 'under-way' && !aborting);
  abortUnderWay(draft, `game day ${draft.session.gameDay.name}`);
  const index = draft.session.steps.findIndex(({ state }) => state === 'running');
  if (known.length > 0)
    draft.tell('step', `${reason} ${listed(known.map(({ experiment }) => experiment))} aborted.`, index + 1);
  if (runsOf(draft.session).some(isUnsettled)) return false;
  if (index >= 0) draft.setStep(index, { state: 'done', reason: stopped?.reason ?? null });
  return endSession(draft, `${reason} ${sentence(tally(draft.session))}.`);
}

/** Never while one of its runs is under way. */
export function endSession(draft: SessionDraft, reason: string): boolean {
  if (runsOf(draft.session).some(isUnsettled)) return false;
  draft.patch({ endedAt: draft.at, announcements: [] });
  draft.enter('ended', reason);
  return true;
}
