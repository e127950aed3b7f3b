import { experimentsOf } from '../../core/gameday/definition.ts';
import type { SeenRun, SessionEvent } from '../../core/gameday/events.ts';
import { isUnsettled, runsOf } from '../../core/gameday/runs.ts';
import type { Session } from '../../core/gameday/session.ts';
import type { SessionPorts } from './ports.ts';

/** What is to be known of the world for the session to go on. Its time is that before the reads. */
export async function look(
  ports: SessionPorts,
  session: Session,
): Promise<Extract<SessionEvent, { type: 'look' }>> {
  const at = ports.clock.now();
  const [killSwitch, runs, lengths, registered] = await Promise.all([
    ports.runs.readKillSwitch(),
    seenRuns(ports, session),
    ports.lengths(experimentsToCome(session)),
    mayStillChange(session) ? ports.registered(session.gameDay.name) : undefined,
  ]);
  return { type: 'look', at, killSwitch, runs, lengths, ...(registered === undefined ? {} : { registered }) };
}

function mayStillChange({ phase }: Session): boolean {
  return phase === 'planned' || phase === 'awaiting-approval' || phase === 'announced';
}

/** While runs are under way, those; before anything new begins, all that there were: one may be open again. */
async function seenRuns({ runs }: SessionPorts, session: Session): Promise<readonly SeenRun[]> {
  const started = runsOf(session).filter(({ state }) => state !== 'waiting' && state !== 'not-run');
  const unsettled = started.filter(isUnsettled);
  const wanted = unsettled.length > 0 ? unsettled : started;
  if (wanted.length === 0 || session.phase === 'ended') return [];
  const stored = await runs.loadRuns(wanted.map(({ run }) => run));
  return wanted.map(({ run: id }) => {
    const found = stored.find(({ run }) => run.id === id)?.run;
    // Another session's run, under the same id, is none of ours.
    const ours = found?.gameDay?.session === session.id;
    if (found === undefined || !ours) return { run: id, seen: null };
    const { phase, outcome, abort } = found;
    return { run: id, seen: { phase, outcome, abort } };
  });
}

/** Of the next step that has not begun: its experiments may have changed since. */
function experimentsToCome({ gameDay, steps, phase }: Session): readonly string[] {
  if (phase === 'ended') return [];
  const next = steps.findIndex(({ state, runs }) => state === 'waiting' && runs.length > 0);
  return experimentsOf(gameDay.steps[next]);
}
