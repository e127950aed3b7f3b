import type { Command } from '../commands.ts';
import type { Draft } from '../draft.ts';
import type { CommandResult } from '../events.ts';
import type { Facts } from '../facts.ts';
import { alarmNames, faultIds, refusals } from '../guards.ts';
import type { EpochMs } from '../ids.ts';
import type { Run } from '../run.ts';
import { formatDuration } from '../units.ts';
import { refuse } from './ending.ts';

/** What a condition on the way to the first fault may be tried for before the run is refused. */
export const maxAttempts = 3;
/** In-function faults stop by themselves this long after the planned end, if nothing else stopped them. */
const expiryMarginMs = 5_000;

/** Facts decide twice: when the run is requested, and again right before its faults, however long it waited between. */
export function onFacts(draft: Draft, result: CommandResult): void {
  if (result.type !== 'facts') return;
  const { facts } = result;
  const outdated = draft.run.approval !== null && thrownSince(draft.run, facts);
  draft.patch({
    targets: facts.targets,
    killSwitchGeneration: facts.stops.killSwitch.generation,
    measuring: {
      ...draft.run.measuring,
      deadlineMs: Math.max(
        0,
        ...facts.targets.map((target) => (target.type === 'function' ? target.timeoutMs : 0)),
      ),
    },
  });
  draft.absorbChecks(facts.checks);
  const found = refusals(draft.run, facts);
  const [first] = found;
  if (first !== undefined) refuse(draft, first.code, found.map((one) => one.reason).join(' '));
  else if (outdated)
    refuse(draft, 'approval-outdated', 'The kill switch was thrown after the run was laid before people.');
  else if (draft.run.phase === 'requested') afterRequest(draft, facts);
  else if (draft.run.phase === 'checking') takeLocks(draft, facts);
}

function thrownSince(run: Run, facts: Facts): boolean {
  return facts.stops.killSwitch.generation !== run.killSwitchGeneration;
}

function afterRequest(draft: Draft, facts: Facts): void {
  if (facts.limits.approvalRequired && draft.run.approval === null) {
    draft.patch({ askedSeq: draft.run.seq + 1 });
    draft.enter('awaiting-approval', 'The settings ask for an approval.');
  } else draft.enter('announced', 'Every guard agrees.');
}

export function startChecking(draft: Draft): void {
  draft.enter('checking', 'The start time has come.');
  draft.issue({ type: 'gather-facts' });
}

function takeLocks(draft: Draft, facts: Facts): void {
  draft.patch({ units: facts.units.map((unit) => ({ ...unit, state: { at: 'planned' } })) });
  const planned = new Set(facts.units.flatMap((unit) => unit.faults));
  const unplanned = faultIds(draft.run.experiment).filter((id) => !planned.has(id));
  if (unplanned.length > 0)
    refuse(
      draft,
      'nothing-to-do',
      `Nothing here can apply fault ${unplanned.join(', ')} of this experiment.`,
    );
  else
    draft.issue({
      type: 'lock',
      resources: facts.units.map((unit) => unit.resource),
      cooldownMs: Math.max(draft.run.experiment.cooldown ?? 0, facts.limits.cooldownMs ?? 0),
    });
}

type LockCommand = Extract<Command, { type: 'lock' }>;

export function onLock(draft: Draft, { cooldownMs = 0 }: LockCommand, result: CommandResult): void {
  if (result.type === 'lock-held') {
    if (draft.run.phase === 'checking')
      refuse(draft, 'target-locked', `${result.resource} is in use by run ${result.by}.`);
    return;
  }
  if (result.type !== 'locked') return;
  draft.patch({ locks: { ...draft.run.locks, ...result.epochs } });
  if (draft.run.phase !== 'checking') return;
  const warm = Object.entries(result.usedAt ?? {}).filter(([, at]) => draft.at < at + cooldownMs);
  if (warm.length > 0)
    refuse(
      draft,
      'cooling-down',
      warm.map(([name, at]) => tooSoon(name, draft.at - at, cooldownMs)).join(' '),
    );
  else for (const unit of draft.run.units) draft.issue({ type: 'capture', unit: unit.id });
}

function tooSoon(resource: string, agoMs: number, cooldownMs: number): string {
  return `The run before this one left ${resource} ${formatDuration(Math.max(0, agoMs))} ago; it is left alone for ${formatDuration(cooldownMs)}.`;
}

/** The undo record of a unit is durable. With the last one the run may inject. */
export function onCaptured(draft: Draft, id: string): void {
  if (draft.run.phase !== 'checking') return;
  draft.setUnit(id, { at: 'captured' });
  draft.note({ type: 'effect', effect: 'capture', unit: id, outcome: 'undo record stored' });
  if (draft.run.units.every((unit) => unit.state.at === 'captured')) startInjecting(draft);
}

function startInjecting(draft: Draft): void {
  const { at, run } = draft;
  const endsAt = at + run.experiment.duration;
  const expiresAt = endsAt + Math.max(expiryMarginMs, 2 * run.settings.tickMs);
  draft.patch({ injection: { startedAt: at, observingSince: null, endsAt, expiresAt } });
  draft.enter('injecting', 'Every undo record is stored.');
  const alarms = alarmNames(run.experiment.abort?.alarms);
  // Watched before they are read, so that no change of state falls between.
  if (alarms.length > 0) draft.issue({ type: 'watch-alarms', alarms });
  draft.issue({
    type: 'arm-dead-man',
    at: Math.max(expiresAt, lastChangeAt(run, endsAt)),
    units: run.units.map((unit) => unit.id),
  });
}

/** When the last apply has landed and can be read: what the dead-man does before that might have to be done again. */
export function lastChangeAt({ settings, units }: Run, lastApplyAt: EpochMs): EpochMs {
  const settleMs = Math.max(...units.map((unit) => unit.settleMs));
  return lastApplyAt + settings.applyLeaseMs + settings.skewMs + settleMs;
}

/** A step on the way to the first fault failed: it is tried again, and after a few times the run is refused. */
export function onPreparationFailed(
  draft: Draft,
  entry: { readonly attempts: number },
  what: string,
  message: string,
): boolean {
  if (entry.attempts < maxAttempts) return false;
  refuse(draft, 'not-ready', `Could not ${what}: ${message}`);
  return true;
}
