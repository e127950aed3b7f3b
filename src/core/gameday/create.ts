import type { GameDay } from '../../generated/types.ts';
import type { EpochMs, SessionId } from '../ids.ts';
import { advance } from './advance.ts';
import { announcementsOf, newSteps } from './planning.ts';
import { SessionDraft, type SessionDecision } from './draft.ts';
import type { Session, SessionSettings, SessionSlot } from './session.ts';
import { startsIn } from './words.ts';

export interface SessionRequest {
  readonly id: SessionId;
  readonly gameDay: GameDay;
  readonly version: number;
  readonly slot: SessionSlot;
  readonly requestedBy: string;
  readonly registeredBy: string;
  readonly settings: SessionSettings;
  readonly startAt: EpochMs;
  readonly endsAt: EpochMs | null;
  readonly killSwitchGeneration: number;
  /** How long a run of each of its experiments takes at most; null where one is not registered. */
  readonly lengths: Readonly<Record<string, number | null>>;
}

/** The first state of a session. The same request at the same time gives the same session. */
export function createSession(request: SessionRequest, at: EpochMs): SessionDecision {
  const { settings } = request;
  const session: Session = {
    schema: 1,
    ...request,
    requestedAt: at,
    phase: 'planned',
    phaseSince: at,
    seq: 0,
    announcements: announcementsOf(request, at),
    approval: null,
    askedSeq: 0,
    steps: newSteps(request, at),
    stopped: null,
    nextCommandId: 1,
    outbox: [],
    endedAt: null,
  };
  const draft = new SessionDraft(session, at);
  if (settings.approvalRequired) {
    draft.patch({ askedSeq: 1 });
    draft.enter('awaiting-approval', `Asked for by ${request.requestedBy}; waits for an approval.`);
  } else if (isPlannedOnly(request, at)) draft.tell('phase', `Planned by ${request.requestedBy}.`, null);
  else if (at < request.startAt) draft.enter('announced', startsIn(request.startAt, at));
  // What begins at once is not announced before.
  else draft.patch({ phase: 'announced' });
  advance(draft);
  return draft.finish();
}

/** It is announced at its greatest lead; made earlier, it is planned until then. */
function isPlannedOnly({ gameDay, startAt }: SessionRequest, at: EpochMs): boolean {
  return at < startAt - Math.max(0, ...(gameDay.announce ?? []));
}
