import type { Message } from './message.ts';
import type { Button, ButtonAction } from './slack/buttons.ts';

/** What can be done about it now, the most likely first. */
export function actionsFor(message: Message): readonly ButtonAction[] {
  return message.of === 'run' ? runActions(message.change) : sessionActions(message.change);
}

function runActions({ phase, abort }: Extract<Message, { of: 'run' }>['change']): readonly ButtonAction[] {
  switch (phase) {
    case 'requested':
      return ['abort'];
    case 'awaiting-approval':
      return ['approve', 'decline', 'postpone', 'abort'];
    case 'announced':
      return ['postpone', 'abort'];
    case 'checking':
    case 'injecting':
    case 'observing':
      return ['abort', 'kill-switch'];
    case 'reverting':
    case 'recovering':
      return abort === null ? ['abort', 'kill-switch'] : ['kill-switch'];
    case 'ended':
      return [];
  }
}

function sessionActions({ phase }: Extract<Message, { of: 'session' }>['change']): readonly ButtonAction[] {
  switch (phase) {
    case 'awaiting-approval':
      return ['approve', 'decline', 'abort-session'];
    case 'planned':
    case 'announced':
      return ['abort-session'];
    case 'paused':
      return ['continue', 'abort-session', 'kill-switch'];
    case 'running':
      return ['abort-session', 'kill-switch'];
    case 'ended':
      return [];
  }
}

/** The button that does it. */
export function buttonFor(message: Message, action: ButtonAction): Button {
  const { seq, generation } = message.change;
  const subject = message.of === 'run' ? { run: message.change.runId } : { session: message.change.session };
  return { action, subject, seq, generation };
}

/** The commands for what can be done about it now. */
export function commandsFor(message: Message, stage: string): readonly string[] {
  return actionsFor(message).map(
    (action) => `${actionWords[action]}: inoculate ${commandFor(message, action)} --stage ${stage}`,
  );
}

/** What does it at the command line; a game day is approved as a whole. */
function commandFor(message: Message, action: ButtonAction): string {
  const id = message.of === 'run' ? message.change.runId : message.change.session;
  switch (action) {
    case 'kill-switch':
      return 'kill-switch on';
    case 'continue':
      return `gameday continue ${id}`;
    case 'abort-session':
      return `gameday abort ${id}`;
    case 'approve':
    case 'decline':
      return `${action} ${id}`;
    case 'postpone':
      return `postpone ${id} --by 1h`;
    case 'abort':
      return `abort ${id}`;
  }
}

/** What it does, for people. */
export const actionWords: Readonly<Record<ButtonAction, string>> = {
  approve: 'Approve',
  decline: 'Decline',
  postpone: 'Postpone',
  abort: 'Abort',
  'kill-switch': 'Kill switch',
  continue: 'Continue',
  'abort-session': 'End the game day',
};
