import { assertNever } from '../assert.ts';
import type { Draft } from '../draft.ts';
import { startChecking } from './checking.ts';
import { refuse, wasApplied } from './ending.ts';
import { afterPreparation, expireApplies } from './injecting.ts';
import { driveRecovery, look } from './observing.ts';
import { driveReverts, startReverting } from './reverting.ts';
import { approvalDueAt, remind } from './waiting.ts';

/** Checks that last longer than this are no checks any more: the world has moved on. */
const maxCheckingMs = 5 * 60_000;

/** What follows from the passing of time alone. */
export function advance(draft: Draft): void {
  const { run, at } = draft;
  expireApplies(draft);
  switch (draft.run.phase) {
    case 'requested':
      if (at > run.phaseSince + maxCheckingMs)
        refuse(draft, 'not-ready', 'The facts could not be gathered in time.');
      break;
    case 'awaiting-approval':
      remind(draft);
      if (at > approvalDueAt(run)) refuse(draft, 'approval-expired', 'Nobody approved in time.');
      break;
    case 'announced':
      if (at >= run.startAt) startChecking(draft);
      else remind(draft);
      break;
    case 'checking':
      if (at > run.phaseSince + maxCheckingMs) refuse(draft, 'not-ready', 'The checks did not end in time.');
      break;
    case 'injecting':
    case 'observing':
      watchTime(draft);
      break;
    case 'reverting':
      driveReverts(draft);
      break;
    case 'recovering':
      driveRecovery(draft);
      break;
    case 'ended':
      audit(draft);
      break;
    default:
      assertNever(draft.run.phase);
  }
}

function watchTime(draft: Draft): void {
  const { run, at } = draft;
  if (run.injection === null) throw new Error(`Run ${run.id} is ${run.phase} without an injection`);
  if (at < run.injection.endsAt) {
    if (run.phase === 'observing') look(draft, false);
    else afterPreparation(draft);
    return;
  }
  if (run.phase === 'injecting') draft.abort({ code: 'deadline' });
  startReverting(
    draft,
    run.phase === 'observing'
      ? 'The planned time is over.'
      : 'The deadline came before every fault was in place.',
  );
}

/** Ended runs are read again after a while: AWS may show a late write. */
function audit(draft: Draft): void {
  const { run, at } = draft;
  const due = run.audits.filter((time) => time <= at);
  if (due.length === 0) return;
  draft.patch({ audits: run.audits.filter((time) => time > at) });
  for (const unit of run.units.filter(wasApplied)) draft.issue({ type: 'read-back', unit: unit.id });
}
