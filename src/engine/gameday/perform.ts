import { assertNever } from '../../core/assert.ts';
import type { SessionOutboxEntry } from '../../core/gameday/commands.ts';
import type { SessionEvent, SessionResult } from '../../core/gameday/events.ts';
import { changeOf } from '../../core/gameday/publication.ts';
import type { Session } from '../../core/gameday/session.ts';
import type { EpochMs } from '../../core/ids.ts';
import type { SessionPorts } from './ports.ts';

type ResultEvent = Extract<SessionEvent, { type: 'result' }>;
type Start = Extract<SessionOutboxEntry['command'], { type: 'start-run' }>;

/** A start gathers what guards decide on, and an abort makes the first attempt to take faults back. */
const runDeadlineMs = 20_000;
const publishDeadlineMs = 10_000;

/** Carries out all of these commands at once. Never throws: what went wrong is a result, and the core decides what follows. */
export async function sessionResults(
  ports: SessionPorts,
  session: Session,
  entries: readonly SessionOutboxEntry[],
): Promise<readonly ResultEvent[]> {
  const publishes = entries.some(({ command }) => command.type === 'publish');
  const rest = entries.filter(({ command }) => command.type !== 'publish');
  const results = await Promise.all([
    publishes ? publishAll(ports, session) : [],
    ...rest.map(async (entry) => [
      { entry, result: await bounded(ports, runDeadlineMs, () => carryOut(ports, session, entry)) },
    ]),
  ]);
  const at = ports.clock.now();
  return results.flat().map(({ entry, result }) => ({ type: 'result', at, command: entry.id, result }));
}

/** Everything that is not known to be told goes out together, in its order: nothing overtakes what came before. */
async function publishAll(
  ports: SessionPorts,
  session: Session,
): Promise<readonly { readonly entry: SessionOutboxEntry; readonly result: SessionResult }[]> {
  const told = session.outbox.flatMap((entry) =>
    entry.command.type === 'publish' ? [{ entry, change: changeOf(session, entry.command.publication) }] : [],
  );
  const result = await bounded(ports, publishDeadlineMs, async () => {
    await ports.publish(told.map(({ change }) => change));
    return { type: 'done' };
  });
  return told.map(({ entry }) => ({ entry, result }));
}

async function carryOut(
  ports: SessionPorts,
  session: Session,
  { command, issuedAt }: SessionOutboxEntry,
): Promise<SessionResult> {
  switch (command.type) {
    case 'start-run':
      return start(ports, session, command, issuedAt);
    case 'abort-run':
      await ports.abortRun(command.run, command.by);
      return { type: 'done' };
    case 'publish':
      throw new Error('Publications go out together');
    default:
      return assertNever(command);
  }
}

/** Right before the start: a session that has stopped by now, or a lease that is over, keeps it from happening. */
async function start(
  ports: SessionPorts,
  session: Session,
  command: Start,
  at: EpochMs,
): Promise<SessionResult> {
  const stored = await ports.store.loadSession(session.id);
  const runs = stored?.session.steps[command.step - 1]?.runs ?? [];
  const place = runs.findIndex(({ run }) => run === command.run);
  const wanted = stored?.session.stopped === null && runs[place]?.state === 'starting';
  if (stored === undefined || !wanted)
    return { type: 'refused', code: 'no-longer-wanted', reason: 'The game day was stopped before.' };
  if (ports.clock.now() + runDeadlineMs > command.leaseUntil)
    return { type: 'failed', message: 'Too little of the lease was left to start this run' };
  const { experiment, run, step } = command;
  return ports.startRun(stored.session, { experiment, run, step, place: place + 1, at });
}

async function bounded(
  { clock }: SessionPorts,
  afterMs: number,
  work: () => Promise<SessionResult>,
): Promise<SessionResult> {
  try {
    return await clock.deadline(afterMs, work);
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
