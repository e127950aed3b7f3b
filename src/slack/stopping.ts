import type { Stopped } from '../controller/stop.ts';
import type { RunId } from '../core/ids.ts';
import { code, escaped, type Reply, replyOf } from './reply.ts';
import type { Asker, WorkPorts } from './ports.ts';

const restOfSecondMs = 999;

interface How {
  /** A button: what it changed is told where the button is. */
  readonly pressed: boolean;
}

/** Ends a run, if it has not ended: anyone may, unless the settings say who. */
export async function abortRun(ports: WorkPorts, asker: Asker, run: RunId, { pressed }: How): Promise<Reply> {
  await asker.require('stop');
  const stopped = (await ports.invoke('stop', { inoculate: 'abort/1', run, by: asker.by })) as Stopped;
  const forAll = !pressed;
  switch (stopped.result) {
    case 'stopped':
      return replyOf([`${escaped(asker.by)} aborted ${code(run)}: it is ${stopped.phase}.`], { forAll });
    case 'ending':
      return replyOf([
        stopped.phase === 'ended'
          ? `${code(run)} had ended already.`
          : `${code(run)} was taking its faults back already.`,
      ]);
    default:
      return replyOf([`There is no run ${code(run)} at stage ${ports.stage}.`]);
  }
}

/** On: whoever may stop. Off: whoever may approve, since runs start again. */
export async function setKillSwitch(
  ports: WorkPorts,
  asker: Asker,
  on: boolean,
  { pressed }: How,
): Promise<Reply> {
  await asker.require(on ? 'stop' : 'approve');
  // Slack tells the second alone: what was thrown in that second may be what is to be released.
  const message = { inoculate: 'kill-switch/1', on, by: asker.by, askedAt: asker.at + restOfSecondMs };
  const after = (await ports.invoke('stop', message)) as Stopped;
  if (!on && after.result === 'kill-switch' && after.on)
    return replyOf([
      'The kill switch was thrown after you asked, and stays on: ask again if it may be released.',
    ]);
  const what = on
    ? 'threw the kill switch: every run is aborted, and none starts until it is off again'
    : 'released the kill switch: runs may start';
  return replyOf([`${escaped(asker.by)} ${what} (stage ${escaped(ports.stage)}).`], {
    forAll: on || !pressed,
  });
}
