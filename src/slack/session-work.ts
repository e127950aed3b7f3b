import type { Planned } from '../controller/gameday/planner.ts';
import type { StoppedSession } from '../controller/stop.ts';
import type { SessionId } from '../core/ids.ts';
import type { ButtonAction } from '../notifiers/slack/buttons.ts';
import type { Asker, WorkPorts } from './ports.ts';
import { code, escaped, type Reply, replyOf } from './reply.ts';

/** A button of a game day: whoever may approve approves it and lets it go on, and whoever may stop ends it. */
export async function doSessionButton(
  ports: WorkPorts,
  asker: Asker,
  action: ButtonAction,
  {
    session,
    seq,
    generation,
  }: { readonly session: SessionId; readonly seq: number; readonly generation: number },
): Promise<Reply> {
  switch (action) {
    case 'approve':
    case 'decline': {
      const decided = await ports.decide({
        // As a whole: its runs carry the approval.
        run: String(session),
        decision: action,
        seq,
        generation,
        by: asker.identity,
        readGroups: (groups) => ports.readGroups(groups),
      });
      return replyOf([
        decided.result === 'refused'
          ? `Refused: ${escaped(decided.reason)}`
          : `${escaped(asker.by)} ${decided.result} ${code(session)}.`,
      ]);
    }
    case 'continue': {
      await asker.require('approve');
      const message = { inoculate: 'gameday-continue/1', session, seq, by: asker.by };
      const answer = (await ports.invoke('planner', message)) as Planned;
      return answer.result === 'refused'
        ? replyOf([`Refused: ${escaped(answer.reason)}`])
        : replyOf([`${escaped(asker.by)} lets ${code(session)} go on.`]);
    }
    case 'abort':
    case 'abort-session': {
      await asker.require('stop');
      const message = { inoculate: 'abort-session/1', session, by: asker.by };
      const stopped = (await ports.invoke('stop', message)) as StoppedSession;
      switch (stopped.result) {
        case 'session-stopped':
          return replyOf([`${escaped(asker.by)} ended ${code(session)}: it is ${stopped.phase}.`]);
        case 'session-ending':
          return replyOf([`${code(session)} was ending already: it is ${stopped.phase}.`]);
        default:
          return replyOf([`There is no game day session ${code(session)} at stage ${escaped(ports.stage)}.`]);
      }
    }
    default:
      return replyOf(['That cannot be done with a game day from here: use the command line.']);
  }
}
