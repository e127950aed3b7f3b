import { assertNever } from './assert.ts';
import { Draft, type Decision } from './draft.ts';
import type { RunEvent } from './events.ts';
import { refuse } from './phases/ending.ts';
import { advance } from './phases/advance.ts';
import { onResult } from './phases/result.ts';
import { startReverting } from './phases/reverting.ts';
import type { AbortReason, Run } from './run.ts';

/** A tick chain that is this much overdue is dead, and the sweep revives it. */
const deadChainMs = 30_000;

/** What follows from an event. Pure: the same run and event give the same decision, whoever asks and however often. */
export function decide(run: Run, event: RunEvent): Decision {
  const draft = new Draft(run, event.at);
  switch (event.type) {
    case 'tick':
      if (event.epoch === run.tick.epoch && event.n === run.tick.n) {
        continueChain(draft, event.epoch, event.n + 1);
        draft.reissueDue();
        advance(draft);
      }
      break;
    case 'sweep':
      if (needsTicks(run) && event.at > run.tick.expectedAt + deadChainMs + run.settings.skewMs) {
        draft.decide('revive', `The tick chain was dead for ${event.at - run.tick.expectedAt} ms.`);
        continueChain(draft, run.tick.epoch + 1, 0);
      }
      draft.reissueDue();
      advance(draft);
      break;
    case 'alarm':
      if (event.state === 'ALARM' && watches(run, event.alarm))
        stop(draft, { code: 'alarm', alarm: event.alarm, state: event.state }, `Alarm ${event.alarm} fired.`);
      break;
    case 'abort':
      stop(draft, { code: 'person', by: event.by }, `${event.by} asked to stop.`);
      break;
    case 'kill-switch':
      if (event.on)
        stop(draft, { code: 'kill-switch', generation: event.generation }, 'The kill switch was thrown.');
      break;
    case 'approval':
      approve(draft, event);
      break;
    case 'result':
      onResult(draft, event.command, event.result);
      break;
    default:
      assertNever(event);
  }
  return draft.finish();
}

/** Whether ticks still have something to do for this run. */
export function needsTicks(run: Run): boolean {
  return run.phase !== 'ended' || run.outbox.some((entry) => entry.command.type !== 'schedule-tick');
}

function continueChain(draft: Draft, epoch: number, n: number): void {
  const expectedAt = draft.at + draft.run.settings.tickMs;
  for (const entry of draft.outstanding('schedule-tick')) draft.settle(entry.id);
  draft.patch({ tick: { epoch, n, expectedAt } });
  if (needsTicks(draft.run)) draft.issue({ type: 'schedule-tick', epoch, n, at: expectedAt });
}

function watches(run: Run, alarm: string): boolean {
  return (run.experiment.abort?.alarms ?? []).some(
    (one) => (typeof one === 'string' ? one : one.name) === alarm,
  );
}

/** Ends the run early: at once where no fault was begun, else by way of reverting. */
export function stop(draft: Draft, reason: AbortReason, sentence: string): void {
  const { phase } = draft.run;
  switch (phase) {
    case 'requested':
    case 'awaiting-approval':
    case 'announced':
    case 'checking':
      refuse(draft, reason.code, sentence);
      break;
    case 'injecting':
    case 'observing':
      draft.abort(reason);
      startReverting(draft, sentence);
      break;
    case 'reverting':
    case 'recovering':
    case 'ended':
      break; // Its faults are being taken back already, or are gone.
    default:
      assertNever(phase);
  }
}

function approve(draft: Draft, event: Extract<RunEvent, { type: 'approval' }>): void {
  const { run } = draft;
  if (run.phase !== 'awaiting-approval') return;
  if (!event.approved) refuse(draft, 'not-approved', `${event.by} declined.`);
  else if (event.seq !== run.seq || event.generation !== run.killSwitchGeneration)
    draft.decide('ignore-approval', `The approval by ${event.by} was given for an earlier state of the run.`);
  else {
    draft.patch({ approval: { by: event.by, at: event.at } });
    draft.enter('announced', `Approved by ${event.by}.`);
    advance(draft);
  }
}
