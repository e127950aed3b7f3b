import type { Button } from '../notifiers/slack/buttons.ts';
import { postponedByMs } from './command.ts';
import { decide } from './decisions.ts';
import { abortRun, setKillSwitch } from './stopping.ts';
import { type Reply, replyOf } from './reply.ts';
import type { Asker, WorkPorts } from './ports.ts';
import { doSessionButton } from './session-work.ts';

/** A pressed button: good for what it was shown with, and for nothing that came later. */
export async function doButton(ports: WorkPorts, asker: Asker, button: Button): Promise<Reply> {
  const { action, subject, seq, generation } = button;
  const pressed = true;
  if (action === 'kill-switch') return setKillSwitch(ports, asker, true, { pressed });
  if ('session' in subject)
    return doSessionButton(ports, asker, action, { session: subject.session, seq, generation });
  const { run } = subject;
  switch (action) {
    case 'approve':
    case 'decline':
      return decide(ports, asker, { run, decision: action, seen: { seq, generation } }, { pressed });
    case 'postpone':
      return decide(
        ports,
        asker,
        { run, decision: action, byMs: postponedByMs, seen: { seq, generation } },
        { pressed },
      );
    case 'abort':
      return abortRun(ports, asker, run, { pressed });
    case 'continue':
    case 'abort-session':
      return replyOf(['That button is of another version: use the newest message.']);
  }
}
