import type { Draft } from '../draft.ts';
import { alarmNames } from '../guards.ts';
import { verdictOf } from '../judge.ts';
import type { Outcome } from '../run.ts';

/** When an ended run's resources are read again, for a change that shows up late. */
const auditAfterMs = [5 * 60_000, 60 * 60_000] as const;

/** Ends a run before any fault was begun. */
export function refuse(draft: Draft, code: string, reason: string): void {
  close(draft, reason, { result: 'refused', code, reason });
}

/** Ends a run whose every fault is back. */
export function end(draft: Draft): void {
  const { run } = draft;
  const verdict = verdictOf(run);
  const outcome: Outcome =
    run.abort === null ? { result: 'completed', verdict } : { result: 'aborted', reason: run.abort, verdict };
  draft.patch({ audits: run.units.some(wasApplied) ? auditAfterMs.map((ms) => draft.at + ms) : [] });
  close(draft, verdict.sentence, outcome);
}

/** Whether the run may have changed this unit's resource. */
export function wasApplied(unit: Draft['run']['units'][number]): boolean {
  return unit.state.at === 'reverted' && unit.state.how !== 'never-applied';
}

function close(draft: Draft, reason: string, outcome: Outcome): void {
  const { run } = draft;
  const alarms = alarmNames(run.experiment.abort?.alarms);
  for (const entry of draft.outstanding(
    'gather-facts',
    'lock',
    'capture',
    'check-stops',
    'observe',
    'arm-dead-man',
    'watch-alarms',
  ))
    draft.settle(entry.id);
  draft.patch({ endedAt: draft.at });
  draft.enter('ended', reason, outcome);
  if (run.injection !== null) {
    draft.issue({ type: 'disarm-dead-man' });
    if (alarms.length > 0) draft.issue({ type: 'unwatch', alarms });
  }
  // Asked for or granted: unlocking what another run holds changes nothing.
  if (run.phase !== 'requested' && run.phase !== 'awaiting-approval')
    draft.issue({ type: 'unlock', resources: run.units.map((unit) => unit.resource) });
  if (draft.run.audits.length === 0) letUndoGo(draft);
}

/** With the last audit the run is over for good: its undo records may go. */
export function letUndoGo(draft: Draft): void {
  const units = draft.run.units.filter((unit) => unit.state.at !== 'planned').map((unit) => unit.id);
  if (units.length > 0) draft.issue({ type: 'expire-undo', units });
}
