import type { Draft } from '../draft.ts';
import type { CommandResult } from '../events.ts';
import type { Stops } from '../facts.ts';
import { alarmNames } from '../guards.ts';
import type { AbortReason, Run } from '../run.ts';
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
  const stop = firstStop(draft.run, result.stops) ?? tooLate(draft);
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

interface Stop {
  readonly reason: AbortReason;
  readonly sentence: string;
}

/** What stops a run at once, if anything does: an alarm that cannot be read cannot stop the run either. */
export function firstStop(run: Run, { killSwitch, alarms }: Stops): Stop | null {
  // Thrown and released between two looks, it still was thrown.
  if (killSwitch.on || killSwitch.generation !== run.killSwitchGeneration)
    return {
      reason: { code: 'kill-switch', generation: killSwitch.generation },
      sentence: killSwitch.on ? 'The kill switch is on.' : 'The kill switch was thrown meanwhile.',
    };
  for (const name of alarmNames(run.experiment.abort?.alarms)) {
    const state = alarms.find((alarm) => alarm.name === name)?.state;
    if (state === 'ALARM')
      return { reason: { code: 'alarm', alarm: name, state }, sentence: `Alarm ${name} is firing.` };
    if (state === undefined) {
      const detail = `Alarm ${name} does not exist any more or could not be read.`;
      return { reason: { code: 'not-ready', detail }, sentence: detail };
    }
  }
  return null;
}

/** The dead-man is armed for faults that begin before the planned end. */
function tooLate({ at, run }: Draft): Stop | null {
  return run.injection !== null && at < run.injection.endsAt
    ? null
    : { reason: { code: 'deadline' }, sentence: 'The preparations lasted until the planned end.' };
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
