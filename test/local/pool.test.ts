import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/local/clock.ts';
import {
  Pool,
  type PooledSandbox,
  type PoolOptions,
  type PoolResult,
  type SandboxEvents,
} from '../../src/local/pool.ts';
import type { Served } from '../../src/local/sandbox/outcome.ts';

const answer: Served = {
  outcome: { kind: 'answer', body: Buffer.from('null'), contentType: 'application/json' },
  durationMs: 1,
  coldStart: false,
  logTail: '',
};

/** A sandbox that does what the test says, step by step. */
class FakeSandbox implements PooledSandbox {
  usable = false;
  resting = false;
  started = false;
  killed = false;
  readonly served: string[] = [];
  readonly functionKey: string;
  readonly #events: SandboxEvents;
  #resolve: (served: Served) => void = () => undefined;

  constructor(functionKey: string, events: SandboxEvents) {
    this.functionKey = functionKey;
    this.#events = events;
  }

  start(): void {
    this.started = true;
  }

  invoke(id: string): Promise<Served> {
    this.usable = false;
    this.served.push(id);
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  async kill(): Promise<void> {
    this.usable = false;
    this.killed = true;
    await turn();
    this.#events.onEnd(undefined);
  }

  /** The runtime asks for an invocation. */
  ask(): void {
    this.usable = true;
    this.resting = false;
    this.#events.onIdle();
  }

  /** The runtime answers, and has not asked for more yet. */
  async reply(): Promise<void> {
    this.resting = true;
    this.#resolve(answer);
    await turn();
  }

  failStart(message: string): void {
    this.#events.onEnd((requestId) => ({ errorType: 'Init', errorMessage: `${message} ${requestId}` }));
  }

  /** Its process ends. */
  die(): void {
    this.usable = false;
    this.resting = false;
    this.#events.onEnd(undefined);
  }
}

class TestClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  now = (): number => this.#nowMs;
  elapsedMs = (): number => this.#nowMs;
  after = (delayMs: number, call: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };
  pass(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs <= this.#nowMs && this.#timers.delete(timer)) timer.call();
    }
  }
}

function setUp(options: Partial<PoolOptions> = {}): {
  readonly pool: Pool;
  readonly clock: TestClock;
  readonly made: FakeSandbox[];
  readonly invoke: (functionKey: string, id: string) => Promise<PoolResult>;
} {
  const clock = new TestClock();
  const made: FakeSandbox[] = [];
  const pool = new Pool({
    clock,
    maxSandboxes: 2,
    maxStarting: 2,
    idleMs: 1000,
    create: (functionKey, events) => {
      const sandbox = new FakeSandbox(functionKey, events);
      made.push(sandbox);
      return sandbox;
    },
    ...options,
  });
  return { pool, clock, made, invoke: (functionKey, id) => pool.invoke(functionKey, '{}', id) };
}

describe('a pool', () => {
  it('gives an invocation the sandbox that became idle last', async () => {
    const { made, invoke, clock } = setUp();
    void invoke('a', '1');
    void invoke('a', '2');
    for (const sandbox of made) sandbox.ask();
    await made[0]!.reply();
    made[0]!.ask();
    clock.pass(10);
    await made[1]!.reply();
    made[1]!.ask();
    void invoke('a', '3');
    expect(made.map(({ served }) => served)).toEqual([['1'], ['2', '3']]);
  });

  it('gives an invocation that waits the sandbox that is free first, its own or another', async () => {
    const { made, invoke } = setUp();
    void invoke('a', '1');
    made[0]!.ask();
    void invoke('a', '2');
    await made[0]!.reply();
    made[0]!.ask();
    expect(made[0]!.served).toEqual(['1', '2']);
    made[1]!.ask();
    void invoke('a', '3');
    expect(made[1]!.served).toEqual(['3']);
    expect(made).toHaveLength(2);
  });

  it('starts none while one has just answered and is about to ask for more', async () => {
    const { made, invoke } = setUp();
    void invoke('a', '1');
    made[0]!.ask();
    await made[0]!.reply();
    void invoke('a', '2');
    expect(made).toHaveLength(1);
    made[0]!.ask();
    expect(made[0]!.served).toEqual(['1', '2']);
  });

  it('starts another when the one that has answered does not ask for more', async () => {
    const { made, invoke, clock } = setUp();
    void invoke('a', '1');
    made[0]!.ask();
    await made[0]!.reply();
    void invoke('a', '2');
    clock.pass(60);
    made[1]!.ask();
    expect(made[1]!.served).toEqual(['2']);
  });

  it('starts another when the one that has answered ends', async () => {
    const { made, invoke } = setUp();
    void invoke('a', '1');
    made[0]!.ask();
    await made[0]!.reply();
    void invoke('a', '2');
    made[0]!.die();
    made[1]!.ask();
    expect(made[1]!.served).toEqual(['2']);
  });

  it('throttles at the cap when all are at work, and serves again afterwards', async () => {
    const { made, invoke } = setUp();
    void invoke('a', '1');
    void invoke('b', '2');
    for (const sandbox of made) sandbox.ask();
    expect(await invoke('a', '3')).toEqual({ kind: 'throttled', requestId: '3' });
    expect(await invoke('c', '4')).toEqual({ kind: 'throttled', requestId: '4' });
    await made[0]!.reply();
    made[0]!.ask();
    void invoke('a', '5');
    expect(made[0]!.served).toEqual(['1', '5']);
  });

  it('does not count one that has answered as being at work', async () => {
    const { made, invoke } = setUp({ maxSandboxes: 1 });
    void invoke('a', '1');
    made[0]!.ask();
    await made[0]!.reply();
    void invoke('b', '2');
    made[0]!.ask();
    expect(made[0]!.killed).toBe(true);
    made[1]!.ask();
    expect(made[1]!.served).toEqual(['2']);
  });

  it('ends the sandbox that is idle longest to make room for another function', async () => {
    const { made, invoke, clock } = setUp();
    void invoke('a', '1');
    void invoke('b', '2');
    for (const sandbox of made) {
      sandbox.ask();
      await sandbox.reply();
      sandbox.ask();
      clock.pass(10);
    }
    void invoke('c', '3');
    expect(made.map(({ functionKey, killed }) => [functionKey, killed])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
  });

  it('never has more sandboxes than the cap, nor more starting than allowed', async () => {
    const { pool, made, invoke } = setUp({ maxSandboxes: 5, maxStarting: 2 });
    const results = Array.from({ length: 8 }, (_, index) => invoke('a', String(index)));
    expect(made).toHaveLength(5);
    expect(made.filter(({ started }) => started)).toHaveLength(2);
    made[0]!.ask();
    expect(made.filter(({ started }) => started)).toHaveLength(3);
    expect(pool.count('queued', 'starting', 'busy')).toBe(5);
    const settled = await Promise.all(results.slice(5));
    expect(settled.map(({ kind }) => kind)).toEqual(['throttled', 'throttled', 'throttled']);
  });

  it('does not start what nobody waits for any more', async () => {
    const { made, invoke } = setUp({ maxSandboxes: 3, maxStarting: 1 });
    void invoke('a', '1');
    made[0]!.ask();
    void invoke('a', '2');
    void invoke('a', '3');
    await made[0]!.reply();
    made[0]!.ask();
    made[1]!.ask();
    expect(made.map(({ started, served }) => [started, served])).toEqual([
      [true, ['1', '2']],
      [true, ['3']],
      [false, []],
    ]);
  });

  it('tells whoever waits longest why a sandbox did not start', async () => {
    const { made, invoke } = setUp();
    const first = invoke('a', '1');
    void invoke('a', '2');
    made[1]!.failStart('broken');
    expect(await first).toMatchObject({
      kind: 'served',
      served: { outcome: { kind: 'failure', failure: { errorType: 'Init', errorMessage: 'broken 1' } } },
    });
    made[0]!.ask();
    expect(made[0]!.served).toEqual(['2']);
  });

  it('ends a sandbox that is idle for too long, and none that was used meanwhile', async () => {
    const { made, invoke, clock } = setUp();
    void invoke('a', '1');
    made[0]!.ask();
    await made[0]!.reply();
    made[0]!.ask();
    clock.pass(900);
    void invoke('a', '2');
    await made[0]!.reply();
    made[0]!.ask();
    clock.pass(900);
    expect(made[0]!.killed).toBe(false);
    clock.pass(100);
    expect(made[0]!.killed).toBe(true);
  });

  it('answers everyone who waits when it is stopped, and starts nothing more', async () => {
    const { pool, made, invoke } = setUp({ maxStarting: 1 });
    const waiting = [invoke('a', '1'), invoke('a', '2')];
    await pool.stop();
    expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(['stopped', 'stopped']);
    expect(await invoke('a', '3')).toEqual({ kind: 'stopped', requestId: '3' });
    expect(made.map(({ started, killed }) => [started, killed])).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('keep', () => {
  it('starts as many as asked for, within the cap, and replaces one that ends', () => {
    const { pool, made } = setUp({ maxSandboxes: 3, maxStarting: 10 });
    pool.keep('a', 2);
    expect(made.map(({ functionKey, started }) => [functionKey, started])).toEqual([
      ['a', true],
      ['a', true],
    ]);
    made.forEach((sandbox) => sandbox.ask());
    made[0]?.die();
    expect(made).toHaveLength(3);
    pool.keep('a', 10);
    expect(made.filter(({ killed }) => !killed)).toHaveLength(4);
  });

  it('does not try again and again what cannot start', () => {
    const { pool, made } = setUp();
    pool.keep('a', 1);
    made[0]?.failStart('broken');
    expect(made).toHaveLength(1);
  });

  it('keeps starts that are waiting in line, though nobody waits for them', () => {
    const { pool, made, invoke } = setUp({ maxSandboxes: 4, maxStarting: 1 });
    pool.keep('a', 3);
    void invoke('a', 'first');
    for (let next = 0; next < 3; next += 1) made[next]?.ask();
    expect(made.filter(({ started }) => started)).toHaveLength(3);
    expect(pool.count('idle', 'busy')).toBe(3);
  });
});
