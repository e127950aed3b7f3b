import { assertNever } from '../assert.ts';
import type { OutboxEntry } from '../commands.ts';
import type { Draft } from '../draft.ts';
import type { CommandResult } from '../events.ts';
import { maxAttempts, onCaptured, onFacts, onLock, onPreparationFailed } from './checking.ts';
import { letUndoGo } from './ending.ts';
import { afterPreparation, onApplied, onStops } from './injecting.ts';
import { onObserved } from './observing.ts';
import { onLateApply, onReverted, reopen, startReverting } from './reverting.ts';

/** A command has been carried out, or could not be. A result that nobody waits for any more changes nothing. */
export function onResult(draft: Draft, id: number, result: CommandResult): void {
  const entry = draft.run.outbox.find((candidate) => candidate.id === id);
  if (entry === undefined) return;
  const { command } = entry;
  switch (command.type) {
    case 'gather-facts':
    case 'lock':
    case 'capture':
      onCheck(draft, entry, result);
      break;
    case 'watch-alarms':
    case 'arm-dead-man':
    case 'check-stops':
      onPreparation(draft, entry, result);
      break;
    case 'apply':
      draft.settle(id);
      if (draft.unit(command.unit).state.at === 'applying') onApplied(draft, command.unit, result);
      else onLateApply(draft, command.unit, result);
      break;
    case 'revert':
    case 'read-back':
      if (draft.unit(command.unit).state.at === 'reverted') {
        onAudit(draft, entry, command.unit, result);
      } else {
        draft.settle(id);
        onReverted(draft, command.unit, command.type, entry.issuedAt, result);
      }
      break;
    case 'journal':
      // What could not be written rides on: the next tick hands it out again, with what has come since.
      draft.settle(id);
      if (result.type !== 'failed')
        draft.patch({ unwritten: draft.run.unwritten.filter(({ seq }) => seq > command.through) });
      break;
    case 'observe':
      draft.settle(id);
      onObserved(draft, command.final, result);
      break;
    case 'unlock':
    case 'unwatch':
    case 'disarm-dead-man':
    case 'expire-undo':
    case 'schedule-tick':
    case 'publish':
    case 'page':
      if (result.type === 'failed') draft.retryLater(entry);
      else draft.settle(id);
      break;
    default:
      assertNever(command);
  }
}

function onCheck(draft: Draft, entry: OutboxEntry, result: CommandResult): void {
  const { command } = entry;
  if (result.type === 'failed') {
    const what = {
      'gather-facts': 'gather the facts',
      lock: 'take the locks',
      capture: 'store an undo record',
    }[command.type as 'lock'];
    const early = draft.run.phase === 'requested' || draft.run.phase === 'checking';
    if (!early || !onPreparationFailed(draft, entry, what, `${result.code}: ${result.message}`))
      draft.retryLater(entry);
    return;
  }
  draft.settle(entry.id);
  if (command.type === 'gather-facts') onFacts(draft, result);
  else if (command.type === 'lock') onLock(draft, command, result);
  else if (command.type === 'capture') onCaptured(draft, command.unit);
}

/** Between saving `injecting` and the first apply. */
function onPreparation(draft: Draft, entry: OutboxEntry, result: CommandResult): void {
  if (result.type === 'failed') {
    // Beyond the start nothing waits for it any more, but a run that was opened again is to have its dead-man.
    if (entry.attempts < maxAttempts || draft.run.phase !== 'injecting') {
      draft.retryLater(entry);
      return;
    }
    draft.settle(entry.id);
    draft.abort({
      code: 'not-ready',
      detail: `${entry.command.type} failed: ${result.code}: ${result.message}`,
    });
    startReverting(draft, `No fault was applied, since ${entry.command.type} failed: ${result.message}`);
    return;
  }
  draft.settle(entry.id);
  if (entry.command.type === 'check-stops') onStops(draft, result);
  else afterPreparation(draft);
}

/** What was given back is read again later: an audit that saw nothing is made again. */
function onAudit(draft: Draft, entry: OutboxEntry, unit: string, result: CommandResult): void {
  if (result.type !== 'read') {
    draft.retryLater(entry);
    return;
  }
  draft.settle(entry.id);
  if (result.read === 'ours') {
    reopen(draft, unit);
    return;
  }
  draft.note({ type: 'effect', effect: 'audit', unit, outcome: result.read });
  const { phase, audits } = draft.run;
  if (phase === 'ended' && audits.length === 0 && draft.outstanding('read-back').length === 0)
    letUndoGo(draft);
}
