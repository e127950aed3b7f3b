import { assertNever } from '../assert.ts';
import type { Draft } from '../draft.ts';
import type { CommandResult, ReadBack } from '../events.ts';
import type { EpochMs } from '../ids.ts';
import type { Run, Unit, UnitState } from '../run.ts';
import { continueChain } from '../ticks.ts';
import { lastChangeAt } from './checking.ts';

type RevertingState = Extract<UnitState, { at: 'reverting' }>;

const backOffMs = 1_000;
const backOffCapMs = 300_000;
/** People are told after this many failed reverts in a row, and again each time as many have failed. */
const pageEvery = 3;

/** Takes every fault away: at once, whatever is known of it. */
export function startReverting(draft: Draft, reason: string): void {
  const { skewMs } = draft.run.settings;
  for (const unit of draft.run.units) {
    const { state } = unit;
    switch (state.at) {
      case 'planned':
      case 'captured':
        draft.setUnit(unit.id, { at: 'reverted', since: draft.at, how: 'never-applied' });
        break;
      case 'applying':
        draft.setUnit(unit.id, reverting(draft.at, state.leaseUntil + skewMs));
        break;
      case 'applied':
        draft.setUnit(unit.id, reverting(draft.at, null));
        break;
      case 'reverting':
      case 'reverted':
        break;
      default:
        assertNever(state);
    }
  }
  for (const entry of draft.outstanding('check-stops')) draft.settle(entry.id);
  draft.enter('reverting', reason);
  driveReverts(draft);
}

function reverting(at: number, applyMayLandUntil: number | null): RevertingState {
  return { at: 'reverting', attempts: 0, nextAt: at, applyMayLandUntil, cleanSince: null, lastError: null };
}

/** Hands out what is due; ends the phase once every unit is known to be back. */
export function driveReverts(draft: Draft): void {
  const { run } = draft;
  if (run.units.every((unit) => unit.state.at === 'reverted')) {
    startRecovering(draft);
    return;
  }
  for (const unit of run.units) {
    if (unit.state.at !== 'reverting' || unit.state.nextAt > draft.at) continue;
    const busy = draft
      .outstanding('revert', 'read-back')
      .some(({ command }) => 'unit' in command && command.unit === unit.id);
    if (!busy) draft.issue({ type: unit.state.cleanSince === null ? 'revert' : 'read-back', unit: unit.id });
  }
}

function startRecovering(draft: Draft): void {
  const { run } = draft;
  const outcomesMs = run.measuring.deadlineMs + run.settings.graceMs;
  const recoveryMs = run.experiment.recovery ?? knownAfterMs(run);
  draft.patch({ recoverUntil: draft.at + Math.max(recoveryMs, outcomesMs) });
  draft.enter('recovering', `Every change was taken back: ${run.units.map(describe).join('; ')}.`);
}

/** Where nobody said how long: until every signal that must hold after the fault can have shown that it does. */
function knownAfterMs({ checks, settings }: Run): number {
  const afterwards = checks.filter(({ when }) => when.includes('after'));
  const needed = afterwards.map((check) => check.knownAfterMs + (check.tolerates + 2) * settings.tickMs);
  return Math.max(0, ...needed);
}

function describe(unit: Unit): string {
  return `${unit.resource} ${unit.state.at === 'reverted' ? unit.state.how : unit.state.at}`;
}

/** The result of a revert or of a read-back: reverted is what two clean reads show, far enough apart. */
export function onReverted(
  draft: Draft,
  id: string,
  effect: 'revert' | 'read-back',
  issuedAt: EpochMs,
  result: CommandResult,
): void {
  const unit = draft.unit(id);
  if (unit.state.at !== 'reverting') return;
  if (result.type === 'read') {
    draft.note({
      type: 'effect',
      effect,
      unit: id,
      outcome: result.detail === '' ? result.read : `${result.read}: ${result.detail}`,
    });
    draft.setUnit(id, afterRead(draft, issuedAt, unit, unit.state, result.read));
  } else {
    const message =
      result.type === 'failed' ? `${result.code}: ${result.message}` : `unexpected ${result.type}`;
    draft.note({ type: 'effect', effect, unit: id, outcome: `failed: ${message}` });
    draft.setUnit(id, afterFailure(draft, unit, unit.state, message));
  }
  if (draft.run.phase === 'reverting') driveReverts(draft);
}

/** The read happened somewhere between `issuedAt` and now: each comparison takes the end that is on the safe side. */
function afterRead(
  draft: Draft,
  issuedAt: EpochMs,
  unit: Unit,
  state: RevertingState,
  read: ReadBack,
): UnitState {
  const { at } = draft;
  // What was just reverted may be shown for a while: asking faster would change nothing.
  if (read === 'ours') return afterFailure(draft, unit, state, 'still in place', unit.settleMs);
  const { applyMayLandUntil, cleanSince } = state;
  // An apply may have landed since that read: revert again, once it can land no more.
  if (applyMayLandUntil !== null && issuedAt <= applyMayLandUntil)
    return { ...state, cleanSince: null, nextAt: Math.max(at, applyMayLandUntil + 1), lastError: null };
  // The two reads may be timed by two clocks.
  const apartMs = unit.settleMs + draft.run.settings.skewMs;
  if (cleanSince === null)
    return { ...state, applyMayLandUntil: null, cleanSince: at, nextAt: at + apartMs, lastError: null };
  if (issuedAt - cleanSince < apartMs) return { ...state, nextAt: cleanSince + apartMs };
  return { at: 'reverted', since: at, how: read === 'clean' ? 'restored' : read };
}

function afterFailure(
  draft: Draft,
  unit: Unit,
  state: RevertingState,
  message: string,
  atLeastMs = 0,
): UnitState {
  const attempts = state.attempts + 1;
  // Where nobody can be reached, one call for help waits; more would only make the run too large to store.
  if (attempts % pageEvery === 0 && draft.outstanding('page').length === 0)
    draft.issue({
      type: 'page',
      run: draft.run.id,
      message: `Reverting ${unit.resource} has failed ${attempts} times: ${message}`,
    });
  const wait = Math.min(Math.max(backOffMs * 2 ** Math.min(attempts - 1, 20), atLeastMs), backOffCapMs);
  return { ...state, attempts, cleanSince: null, nextAt: draft.at + wait, lastError: message };
}

/** The result of an apply that arrives while its unit is being reverted. */
export function onLateApply(draft: Draft, id: string, result: CommandResult): void {
  const unit = draft.unit(id);
  if (unit.state.at !== 'reverting') return;
  if (result.type === 'failed' && result.unknown) return; // It may still land: the lease decides.
  if (result.type === 'failed') {
    draft.setUnit(id, { ...unit.state, applyMayLandUntil: null }); // It can land no more.
    return;
  }
  // It may have landed after the revert that is under way: what that one saw no longer counts.
  for (const entry of draft.outstanding('revert', 'read-back'))
    if ('unit' in entry.command && entry.command.unit === id) draft.settle(entry.id);
  draft.setUnit(id, { ...unit.state, applyMayLandUntil: null, cleanSince: null, nextAt: draft.at });
  if (draft.run.phase === 'reverting') driveReverts(draft);
}

/**
 * A resource that was given back shows our own change again, after an apply that landed beyond every bound: it is taken
 * back as if the run had never got past reverting.
 */
export function reopen(draft: Draft, id: string): void {
  const { resource } = draft.unit(id);
  draft.setUnit(id, reverting(draft.at, null));
  for (const entry of draft.outstanding('unlock', 'disarm-dead-man', 'expire-undo')) draft.settle(entry.id);
  draft.patch({ audits: [], outcome: null, endedAt: null });
  if (draft.run.phase !== 'reverting') draft.enter('reverting', `${resource} shows this run's change again.`);
  draft.issue({ type: 'lock', resources: [resource] });
  // The first one has come, or was disarmed at the end.
  if (draft.outstanding('arm-dead-man').length === 0)
    draft.issue({
      type: 'arm-dead-man',
      at: lastChangeAt(draft.run, draft.at),
      units: draft.run.units.map((unit) => unit.id),
    });
  driveReverts(draft);
  // The chain may have ended with the run.
  continueChain(draft, draft.run.tick.epoch + 1, 0);
}
