import { assertNever } from './assert.ts';
import { Draft, type Decision } from './draft.ts';
import type { RunEvent } from './events.ts';
import { alarmNames } from './guards.ts';
import { refuse } from './phases/ending.ts';
import { advance } from './phases/advance.ts';
import { approve, postpone } from './phases/waiting.ts';
import { onResult } from './phases/result.ts';
import { startReverting } from './phases/reverting.ts';
import type { AbortReason, Run } from './run.ts';
import { continueChain, isLate, quickenChain, resend, reviveChain } from './ticks.ts';

/** What follows from an event. Pure: the same run and event give the same decision, whoever asks and however often. */
export function decide(run: Run, event: RunEvent): Decision {
  const draft = new Draft(run, event.at);
  switch (event.type) {
    case 'tick':
      onTick(draft, event.epoch, event.n);
      break;
    case 'sweep':
      onSweep(draft);
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
      // Where its start has come already, the next tick, which is near, begins it: whoever approves may do no more than that.
      approve(draft, event);
      break;
    case 'postpone':
      postpone(draft, event.by, event.startAt);
      break;
    case 'result':
      onResult(draft, event.command, event.result);
      break;
    default:
      assertNever(event);
  }
  quickenChain(draft);
  return draft.finish();
}

function onTick(draft: Draft, epoch: number, n: number): void {
  const { tick } = draft.run;
  if (epoch === tick.epoch && n === tick.n) {
    continueChain(draft, epoch, n + 1);
    draft.reissueDue();
    draft.writeJournal();
    advance(draft);
  } else resend(draft, epoch);
}

/** A run whose ticks come needs nothing but what has had no result. */
function onSweep(draft: Draft): void {
  const unattended = isLate(draft.run, draft.at) || draft.run.phase === 'ended';
  reviveChain(draft);
  draft.reissueDue();
  if (!unattended) return;
  draft.writeJournal();
  advance(draft);
}

function watches(run: Run, alarm: string): boolean {
  return alarmNames(run.experiment.abort?.alarms).includes(alarm);
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
