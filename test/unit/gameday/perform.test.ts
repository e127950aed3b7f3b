import type { Session } from '../../../src/core/gameday/session.ts';
import { sessionResults } from '../../../src/engine/gameday/perform.ts';
import type { SessionPorts } from '../../../src/engine/gameday/ports.ts';
import type { GameDay } from '../../../src/generated/types.ts';
import { newSession, start } from './world.ts';

const gameDay: GameDay = { inoculate: 'gameday/1', name: 'day', steps: [{ run: 'pricing-slow' }] };
/** Its first run is to be started. */
const session = newSession(gameDay);
const starts = session.outbox.filter(({ command }) => command.type === 'start-run');

const unasked = (): Promise<never> => Promise.reject(new Error('Nobody asks for this'));

/** What the start comes to, where the table holds this session by then, and the clock shows this. */
async function startWith(stored: Session | undefined, now = start): Promise<unknown> {
  const started: string[] = [];
  const ports: SessionPorts = {
    clock: { now: () => now, deadline: (_ms, work) => work(new AbortController().signal) },
    store: {
      createSession: unasked,
      loadSession: () => Promise.resolve(stored === undefined ? undefined : { session: stored, version: 2 }),
      saveSession: unasked,
      addActiveSession: unasked,
      removeActiveSession: unasked,
      listActiveSessions: unasked,
    },
    runs: { loadRuns: unasked, readKillSwitch: unasked },
    lengths: unasked,
    registered: unasked,
    startRun: (_session, { run }) => {
      started.push(run);
      return Promise.resolve({ type: 'started' });
    },
    abortRun: unasked,
    publish: unasked,
  };
  const [event] = await sessionResults(ports, session, starts);
  const { result } = event ?? {};
  return result?.type === 'started' ? started.length : result?.type;
}

describe('right before a run of a game day is started', () => {
  it('the session is read again, and the run begins where it is still wanted', async () => {
    expect(starts).toHaveLength(1);
    expect(await startWith(session)).toBe(1);
  });

  it.each<[string, Session | undefined]>([
    ['was stopped meanwhile', { ...session, stopped: { code: 'person', reason: 'Ada ended the game day.' } }],
    ['knows the run as begun', { ...session, steps: withState('under-way') }],
    ['has given the run up', { ...session, steps: withState('not-run') }],
    ['is gone', undefined],
  ])('nothing begins where the session %s', async (_name, stored) => {
    expect(await startWith(stored)).toBe('refused');
  });

  it('nothing begins where too little of its lease is left: it could begin a second time', async () => {
    const { leaseUntil } = leaseOf();
    expect(await startWith(session, leaseUntil - 20_000)).toBe(1);
    expect(await startWith(session, leaseUntil - 19_999)).toBe('failed');
  });
});

function withState(state: 'under-way' | 'not-run'): Session['steps'] {
  return session.steps.map((step) => ({ ...step, runs: step.runs.map((run) => ({ ...run, state })) }));
}

function leaseOf(): { readonly leaseUntil: number } {
  const [entry] = starts;
  if (entry?.command.type !== 'start-run') throw new Error('No run is to be started');
  return entry.command;
}
