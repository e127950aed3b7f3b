import type { Draft } from '../draft.ts';
import type { CommandResult } from '../events.ts';
import type { Stops } from '../facts.ts';
import type { AbortReason } from '../run.ts';
import { startReverting } from './reverting.ts';

/** With the alarms watched and the dead-man armed, the stops are read once more; only then is anything applied. */
export function afterPreparation(draft: Draft): void {
  if (
    draft.run.phase !== 'injecting' ||
    draft.outstanding('watch-alarms', 'arm-dead-man', 'check-stops').length > 0
  )
    return;
  if (draft.run.units.every((unit) => unit.state.at === 'captured')) draft.issue({ type: 'check-stops' });
}

export function onStops(draft: Draft, result: CommandResult): void {
  if (draft.run.phase !== 'injecting' || result.type !== 'stops') return;
  const stop = firstStop(result.stops);
  if (stop !== null) {
    draft.abort(stop.reason);
    startReverting(draft, stop.sentence);
    return;
  }
  const leaseUntil = draft.at + draft.run.settings.applyLeaseMs;
  for (const unit of draft.run.units) {
    draft.setUnit(unit.id, { at: 'applying', leaseUntil });
    draft.issue({ type: 'apply', unit: unit.id, leaseUntil });
  }
}

/** What stops a run at once, if anything does. */
export function firstStop(stops: Stops): { reason: AbortReason; sentence: string } | null {
  if (stops.killSwitch.on)
    return {
      reason: { code: 'kill-switch', generation: stops.killSwitch.generation },
      sentence: 'The kill switch is on.',
    };
  const firing = stops.alarms.find((alarm) => alarm.state === 'ALARM');
  if (firing === undefined) return null;
  return {
    reason: { code: 'alarm', alarm: firing.name, state: firing.state },
    sentence: `Alarm ${firing.name} is firing.`,
  };
}

export function onApplied(draft: Draft, id: string, result: CommandResult): void {
  const { state } = draft.unit(id);
  if (state.at !== 'applying') return;
  if (result.type === 'done') {
    draft.note({ type: 'effect', effect: 'apply', unit: id, outcome: 'applied' });
    draft.setUnit(id, { at: 'applied', since: draft.at });
    if (draft.run.phase === 'injecting' && draft.run.units.every((unit) => unit.state.at === 'applied'))
      startObserving(draft);
    return;
  }
  const detail = result.type === 'failed' ? `${result.code}: ${result.message}` : `unexpected ${result.type}`;
  draft.note({ type: 'effect', effect: 'apply', unit: id, outcome: `failed: ${detail}` });
  const unknown = result.type !== 'failed' || result.unknown;
  // Even a failure that is known is reverted: it may have got half-way.
  if (!unknown) draft.setUnit(id, { at: 'applied', since: draft.at });
  draft.abort(unknown ? { code: 'apply-unknown', unit: id } : { code: 'apply-failed', unit: id, detail });
  if (draft.run.phase === 'injecting')
    startReverting(draft, `Applying ${draft.unit(id).resource} failed: ${detail}`);
}

function startObserving(draft: Draft): void {
  const { injection } = draft.run;
  if (injection === null) throw new Error('A run without injection cannot observe');
  draft.patch({ injection: { ...injection, observingSince: draft.at } });
  draft.enter('observing', 'Every fault is in place.');
}

/** An apply without result when its lease has run out: its process died, and it counts as applied. */
export function expireApplies(draft: Draft): void {
  for (const unit of draft.run.units) {
    if (unit.state.at !== 'applying' || draft.at <= unit.state.leaseUntil) continue;
    draft.abort({ code: 'apply-unknown', unit: unit.id });
    if (draft.run.phase === 'injecting')
      startReverting(draft, `The outcome of applying ${unit.resource} is unknown.`);
  }
  for (const entry of draft.outstanding('apply')) {
    if (entry.command.type === 'apply' && draft.at > entry.command.leaseUntil + draft.run.settings.skewMs)
      draft.settle(entry.id);
  }
}
