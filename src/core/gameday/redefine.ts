import type { SessionDraft } from './draft.ts';
import type { RegisteredNow } from './events.ts';
import { announcementsOf, newSteps } from './planning.ts';
import { spanOf } from './window.ts';

/**
 * What is registered counts until the session begins: one that was removed does not begin, and one that was changed is
 * laid before people again.
 */
export function absorbDefinition(draft: SessionDraft, registered: RegisteredNow | null): void {
  const { session } = draft;
  if (session.phase === 'running' || session.phase === 'paused') return;
  if (registered === null) {
    draft.stop({ code: 'removed', reason: 'The game day was removed.' });
    return;
  }
  const { version, gameDay, registeredBy } = registered;
  if (version === session.version) return;
  const span = spanOf(gameDay);
  if (session.slot.kind === 'scheduled' && span?.startAt !== session.startAt) {
    draft.stop({ code: 'moved', reason: `${registeredBy} moved the game day to another time.` });
    return;
  }
  const changed = { ...session, gameDay, version };
  draft.patch({
    gameDay,
    version,
    registeredBy,
    endsAt: span?.endsAt ?? null,
    announcements: announcementsOf(changed, draft.at),
    steps: newSteps(changed, draft.at),
    approval: null,
  });
  const reason = `${registeredBy} changed the game day.`;
  if (!session.settings.approvalRequired) {
    draft.tell('phase', reason, null);
    return;
  }
  draft.patch({ askedSeq: session.seq + 1 });
  draft.enter('awaiting-approval', `${reason} It waits for an approval.`);
}
