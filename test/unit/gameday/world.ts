import { MemorySessions } from '../../../src/adapters/memory-sessions.ts';
import { createSession, type SessionRequest } from '../../../src/core/gameday/create.ts';
import type { GameDayStateChange } from '../../../src/core/gameday/publication.ts';
import { stopsTheRest, resultOf } from '../../../src/core/gameday/results.ts';
import type { Session } from '../../../src/core/gameday/session.ts';
import { sessionIdOf } from '../../../src/core/gameday/session-id.ts';
import type { Outcome, Phase, Run } from '../../../src/core/run.ts';
import { SessionEngine } from '../../../src/engine/gameday/engine.ts';
import type { SessionPorts, SessionStart } from '../../../src/engine/gameday/ports.ts';
import type { StoredRun } from '../../../src/engine/ports.ts';
import type { GameDay } from '../../../src/generated/types.ts';

export const minuteMs = 60_000;
export const start = Date.parse('2026-12-04T09:00:00Z');

export interface WorldRun {
  readonly id: string;
  readonly step: number;
  readonly session: string;
  phase: Phase;
  abort: Run['abort'];
  outcome: Outcome | null;
}

/** Fails a call before its effect, after it, or kills the process with it. */
export type Chaos = (call: string) => 'works' | 'fails-before' | 'fails-after' | 'dies-before' | 'dies-after';

/** Sessions in a world whose runs, bus and processes are made up. */
export class World {
  now = start - 6 * minuteMs;
  readonly store = new MemorySessions();
  readonly runs = new Map<string, WorldRun>();
  readonly published: GameDayStateChange[] = [];
  killSwitch = { on: false, generation: 0 };
  registered: { version: number; gameDay: GameDay; registeredBy: string } | null = null;
  chaos: Chaos = () => 'works';
  readonly broken: string[] = [];
  readonly lengthMs: number;

  constructor(lengthMs = 5 * minuteMs) {
    this.lengthMs = lengthMs;
  }

  /** A process of its own: when it dies, none of its calls does anything any more. */
  engine(): SessionEngine {
    const process = { dead: false };
    const call = async <T>(name: string, effect: () => T | Promise<T>): Promise<T> => {
      if (process.dead) throw new Error('dead');
      const what = this.chaos(name);
      if (what === 'dies-before' || what === 'dies-after') process.dead = true;
      if (what === 'fails-before' || what === 'dies-before') throw new Error(`${name} ${what}`);
      await Promise.resolve();
      const result = await effect();
      if (what !== 'works') throw new Error(`${name} ${what}`);
      return result;
    };
    const { store } = this;
    const ports: SessionPorts = {
      clock: { now: () => this.now, deadline: (_ms, work) => work(new AbortController().signal) },
      store: {
        createSession: (session) => call('save', () => store.createSession(session)),
        loadSession: (id) => call('load', () => store.loadSession(id)),
        saveSession: (session, version) =>
          call('save', async () => {
            const saved = await store.saveSession(session, version);
            if (saved === 'saved') this.#checkEnd(session);
            return saved;
          }),
        addActiveSession: (id, at) => call('save', () => store.addActiveSession(id, at)),
        removeActiveSession: (id) => call('save', () => store.removeActiveSession(id)),
        listActiveSessions: () => call('load', () => store.listActiveSessions()),
      },
      runs: {
        loadRuns: (ids) => call('load', () => ids.flatMap((id) => this.#stored(id))),
        readKillSwitch: () => call('load', () => this.killSwitch),
      },
      lengths: (names) => call('load', () => Object.fromEntries(names.map((name) => [name, this.lengthMs]))),
      registered: () => call('load', () => this.registered),
      startRun: (session, one) => call('start', () => this.#start(session, one)),
      abortRun: (run, by) => call('abort', () => this.#abort(run, by)),
      publish: (changes) => call('publish', () => this.#publish(changes)),
    };
    return new SessionEngine(ports);
  }

  get session(): Session {
    const [stored] = [...this.store.sessions.values()];
    if (stored === undefined) throw new Error('There is no session');
    return stored.session;
  }

  /** A run changes by itself. */
  change(id: string, change: Partial<WorldRun>): void {
    const run = this.runs.get(id);
    if (run !== undefined) Object.assign(run, change);
  }

  #stored(id: string): readonly StoredRun[] {
    const run = this.runs.get(id);
    if (run === undefined) return [];
    const { phase, abort, outcome, session, step } = run;
    const gameDay = { session, name: 'day', step };
    return [{ run: { id, phase, abort, outcome, gameDay } as Run, version: 1, killSwitch: this.killSwitch }];
  }

  #start(session: Session, { run, step }: SessionStart): { type: 'started' } {
    if (this.runs.has(run)) return { type: 'started' };
    const others = [...this.runs.values()];
    this.#require(
      others.every((other) => other.step === step || other.phase === 'ended'),
      `${run} begins beside a run of another step`,
    );
    const stop = session.gameDay.onAbort !== 'continue';
    this.#require(
      !stop || others.every(({ outcome, step: of }) => of === step || !stopsTheRest(resultOf(outcome))),
      `${run} begins after a run that stops the rest`,
    );
    this.#require(this.session.phase !== 'ended', `${run} begins after the end`);
    this.#require(
      session.endsAt === null || this.now + this.lengthMs <= session.endsAt,
      `${run} begins too late for its window`,
    );
    this.runs.set(run, {
      id: run,
      step,
      session: session.id,
      phase: 'observing',
      abort: null,
      outcome: null,
    });
    return { type: 'started' };
  }

  #abort(id: string, by: string): void {
    const run = this.runs.get(id);
    if (run === undefined || run.phase === 'ended') return;
    run.phase = 'reverting';
    run.abort ??= { code: 'person', by };
  }

  #publish(changes: readonly GameDayStateChange[]): void {
    for (const change of changes) {
      const told = new Set(this.published.map(({ seq }) => seq));
      this.#require(
        told.has(change.seq) || change.seq === told.size + 1,
        `${change.seq} is told after ${told.size}`,
      );
      this.published.push(change);
    }
  }

  #checkEnd(session: Session): void {
    if (session.phase !== 'ended') return;
    const open = [...this.runs.values()].filter(({ phase }) => phase !== 'ended');
    this.#require(open.length === 0, `The session ends while ${open.map(({ id }) => id).join()} has not`);
  }

  #require(holds: boolean, otherwise: string): void {
    if (!holds) this.broken.push(otherwise);
  }
}

export function requestFor(gameDay: GameDay, change: Partial<SessionRequest> = {}): SessionRequest {
  const slot = { kind: 'scheduled', id: new Date(start).toISOString(), at: start } as const;
  return {
    id: sessionIdOf(gameDay.name, slot),
    gameDay,
    version: 1,
    slot,
    requestedBy: 'its schedule',
    registeredBy: 'ada',
    settings: {
      stage: 'test',
      approvalRequired: false,
      approvalMs: 60 * minuteMs,
      maxLateMs: 15 * minuteMs,
      startLeaseMs: 90_000,
    },
    startAt: start,
    endsAt: start + 150 * minuteMs,
    killSwitchGeneration: 0,
    lengths: {},
    ...change,
  };
}

export function newSession(gameDay: GameDay, change: Partial<SessionRequest> = {}, at = start): Session {
  return createSession(requestFor(gameDay, change), at).session;
}

const verdict = (word: 'held' | 'deviated' | 'inconclusive') =>
  ({ verdict: word, sentence: `It ${word}.`, hypotheses: [], checks: [], notJudged: [] }) as const;

export const outcomes = {
  held: { result: 'completed', verdict: verdict('held') },
  deviated: { result: 'completed', verdict: verdict('deviated') },
  inconclusive: { result: 'completed', verdict: verdict('inconclusive') },
  aborted: {
    result: 'aborted',
    reason: { code: 'alarm', alarm: 'x', state: 'ALARM' },
    verdict: verdict('inconclusive'),
  },
  deviatedEarly: {
    result: 'aborted',
    reason: { code: 'deviation', hypotheses: [], detail: '' },
    verdict: verdict('deviated'),
  },
  refused: { result: 'refused', code: 'not-opted-in', reason: 'Not opted in.' },
  unwell: { result: 'refused', code: 'alarm-firing', reason: 'Alarm x is firing already.' },
  errored: { result: 'errored', reason: 'A bug.' },
} as const satisfies Record<string, Outcome>;
