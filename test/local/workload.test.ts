import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workload } from '../../src/generated/types.ts';
import type { Clock } from '../../src/local/clock.ts';
import type { InvocationResult } from '../../src/local/types.ts';
import {
  type Arrival,
  expectedArrivals,
  planWorkload,
  runWorkload,
  workloadMistakes,
} from '../../src/local/workload.ts';

type Stream = Workload['streams'][number];

const workloadOf = (...streams: Partial<Stream>[]): Workload => ({
  inoculate: 'workload/1',
  streams: streams.map((stream) => ({ function: 'probe', rate: 10, template: {}, ...stream })),
});

function arrivalsUntil(workload: Workload, seed: number, untilMs: number): Arrival[] {
  const arrivals: Arrival[] = [];
  for (const arrival of planWorkload(workload, seed)) {
    if (arrival.atMs >= untilMs) break;
    arrivals.push(arrival);
  }
  return arrivals;
}

const streams: fc.Arbitrary<Partial<Stream>> = fc.record({
  rate: fc.double({ min: 0.5, max: 200, noNaN: true }),
  arrivals: fc.constantFrom('constant' as const, 'poisson' as const),
  rampUp: fc.integer({ min: 0, max: 5000 }),
});

describe('the schedule', () => {
  it('is the same for the same seed, in the order of time, and numbers each stream from 0', () => {
    fc.assert(
      fc.property(fc.array(streams, { minLength: 1, maxLength: 4 }), fc.integer(), (parts, seed) => {
        const workload = workloadOf(...parts);
        const first = arrivalsUntil(workload, seed, 3000);
        expect(arrivalsUntil(workload, seed, 3000)).toEqual(first);
        first.forEach(({ atMs }, index) => expect(atMs).toBeGreaterThanOrEqual(first[index - 1]?.atMs ?? 0));
        for (const index of parts.keys()) {
          const own = first.filter(({ stream }) => stream === index);
          expect(own.map(({ n }) => n)).toEqual(own.map((_, n) => n));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('differs with the seed', () => {
    const times = (seed: number): number[] =>
      arrivalsUntil(workloadOf({}), seed, 2000).map(({ atMs }) => atMs);
    expect(times(1)).not.toEqual(times(2));
  });

  it('of a stream does not change when another is added', () => {
    const alone = arrivalsUntil(workloadOf({ rate: 20 }), 7, 5000);
    const both = arrivalsUntil(workloadOf({ rate: 20 }, { rate: 50 }), 7, 5000);
    expect(both.filter(({ stream }) => stream === 0)).toEqual(alone);
  });

  it('has constant arrivals evenly spaced', () => {
    const times = arrivalsUntil(workloadOf({ rate: 4, arrivals: 'constant' }), 1, 1000).map(
      ({ atMs }) => atMs,
    );
    expect(times).toEqual([0, 250, 500, 750]);
  });

  it('has as many arrivals as the rate says, within what chance allows', () => {
    fc.assert(
      fc.property(streams, fc.integer(), (part, seed) => {
        const workload = workloadOf(part);
        const untilMs = 20_000;
        const expected = expectedArrivals(workload.streams[0]!, untilMs);
        const count = arrivalsUntil(workload, seed, untilMs).length;
        // Six standard deviations of a Poisson count; an even stream is off by at most one.
        const allowed = part.arrivals === 'constant' ? 1 : 6 * Math.sqrt(expected) + 3;
        expect(Math.abs(count - expected)).toBeLessThanOrEqual(allowed);
      }),
      { numRuns: 100, seed: 20_261_121 },
    );
  });

  it('has waits between Poisson arrivals that spread as much as they last', () => {
    const times = arrivalsUntil(workloadOf({ rate: 100 }), 3, 200_000).map(({ atMs }) => atMs);
    const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    const variance = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length;
    expect(mean).toBeGreaterThan(9.5);
    expect(mean).toBeLessThan(10.5);
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.05);
  });

  it('rises evenly from nothing while it ramps up', () => {
    const stream = { rate: 100, rampUp: 10_000, arrivals: 'constant' as const };
    const times = arrivalsUntil(workloadOf(stream), 1, 12_000).map(({ atMs }) => atMs);
    const within = (from: number, to: number): number =>
      times.filter((atMs) => atMs >= from && atMs < to).length;
    // A quarter of the ramp's arrivals come in its first half.
    expect(within(0, 5000)).toBe(125);
    expect(within(5000, 10_000)).toBe(375);
    expect(within(10_000, 12_000)).toBe(200);
  });
});

/** Time that passes only when everyone waits, or when something takes it. */
class TestClock implements Clock {
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly call: () => void }[] = [];
  now = (): number => this.#nowMs;
  elapsedMs = (): number => this.#nowMs;
  after = (delayMs: number, call: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, call };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  };
  /** Lets time pass while something is at work and nobody else has a turn. */
  take(ms: number): void {
    this.#nowMs += ms;
  }
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((next) => setImmediate(next));
      const next = this.#timers.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}

const answered: InvocationResult = {
  ok: true,
  payload: null,
  requestId: '',
  durationMs: 1,
  coldStart: false,
};

describe('sending', () => {
  const stopAt = async (
    workload: Workload,
    untilMs: number,
    invoke: (functionKey: string, event: unknown, clock: TestClock) => Promise<InvocationResult>,
    more: object = {},
  ): Promise<Awaited<ReturnType<typeof runWorkload>>> => {
    const clock = new TestClock();
    const stop = new AbortController();
    const running = runWorkload(workload, {
      seed: 5,
      dir: '.',
      clock,
      signal: stop.signal,
      invoke: (functionKey, event) => invoke(functionKey, event, clock),
      ...more,
    });
    await clock.runUntil(untilMs);
    stop.abort();
    await clock.runUntil(untilMs + 60_000);
    return running;
  };

  it('keeps to the schedule and never waits for answers', async () => {
    const workload = workloadOf({ rate: 50 });
    const sentAt: number[] = [];
    const counts = await stopAt(workload, 4000, (_key, _event, clock) => {
      sentAt.push(clock.now());
      return new Promise((resolve) => clock.after(3000, () => resolve(answered)));
    });
    const planned = arrivalsUntil(workload, 5, 4000).map(({ atMs }) => atMs);
    expect(sentAt).toHaveLength(planned.length);
    sentAt.forEach((atMs, index) => expect(atMs).toBeCloseTo(planned[index]!, 6));
    expect(counts).toMatchObject({
      due: planned.length,
      sent: planned.length,
      answered: planned.length,
      lost: 0,
    });
    expect(counts.maxLatenessMs).toBeCloseTo(0, 6);
  });

  it('does not send beyond the bound on what is under way, and counts that', async () => {
    const workload = workloadOf({ rate: 100, arrivals: 'constant' });
    const never = (): Promise<InvocationResult> => new Promise(() => undefined);
    const counts = await stopAt(workload, 995, never, { maxInFlight: 30 });
    expect(counts).toMatchObject({ due: 100, sent: 30, notSent: 70, answered: 0, lost: 30 });
  });

  it('counts every kind of answer', async () => {
    const failure = {
      ok: false,
      errorType: '',
      errorMessage: '',
      requestId: '',
      durationMs: 0,
      coldStart: false,
    } as const;
    let n = -1;
    const kinds = [
      () => Promise.resolve(answered),
      () => Promise.resolve({ ...failure, reason: 'function' as const }),
      () => Promise.resolve({ ...failure, reason: 'throttled' as const }),
      () => Promise.reject(new Error('The host was stopped.')),
    ];
    const workload = workloadOf({ rate: 40, arrivals: 'constant' });
    const counts = await stopAt(workload, 995, () => kinds[(n += 1) % kinds.length]!());
    expect(counts).toMatchObject({
      due: 40,
      sent: 40,
      answered: 10,
      failed: 10,
      throttled: 10,
      lost: 10,
      lostBecause: 'The host was stopped.',
    });
  });

  it('sends at once what is overdue, and says how late it was', async () => {
    let blocked = false;
    const counts = await stopAt(
      workloadOf({ rate: 1000, arrivals: 'constant' }),
      500,
      (_key, _event, clock) => {
        if (!blocked) clock.take(200);
        blocked = true;
        return Promise.resolve(answered);
      },
    );
    // The one after the first, due after 1 ms, was sent after 200 ms.
    expect(counts.maxLatenessMs).toBeCloseTo(199, 6);
    expect(counts.meanLatenessMs).toBeLessThan(100);
  });

  it('stops on the signal even where every send takes longer than there is time until the next', async () => {
    let sent = 0;
    const counts = await stopAt(
      workloadOf({ rate: 1000, arrivals: 'constant' }),
      500,
      (_key, _event, clock) => {
        sent += 1;
        if (sent > 1000) throw new Error('Nobody else had a turn.');
        clock.take(5);
        return Promise.resolve(answered);
      },
    );
    expect(counts.answered).toBe(counts.sent);
    expect(sent).toBeLessThan(200);
  });

  it('stops at once on the signal', async () => {
    const counts = await stopAt(workloadOf({ rate: 0.001, arrivals: 'constant' }), 10, () =>
      Promise.resolve(answered),
    );
    expect(counts).toMatchObject({ due: 1, sent: 1, answered: 1 });
  });
});

describe('events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inoculate-workload-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function firstEvents(stream: Partial<Stream>, count: number, seed = 1): Promise<unknown[]> {
    const clock = new TestClock();
    const stop = new AbortController();
    const events: unknown[] = [];
    const running = runWorkload(workloadOf({ rate: 1, arrivals: 'constant', ...stream }), {
      seed,
      dir: folder,
      clock,
      signal: stop.signal,
      invoke: (_key, event) => {
        events.push(event);
        return Promise.resolve(answered);
      },
    });
    await clock.runUntil((count - 1) * 1000);
    stop.abort();
    await running;
    return events;
  }

  it('come from the template, with every placeholder filled in from the seed', async () => {
    const template = {
      number: '${n}',
      text: 'order ${n} of ${int:1-3}',
      amount: '${int:5-7}',
      id: '${uuid}',
      word: '${pick:red|green}',
      list: [{ deep: '${n}' }],
      plain: 1,
    };
    const events = await firstEvents({ template }, 3);
    expect(events).toHaveLength(3);
    events.forEach((event, n) =>
      expect(event).toEqual({
        number: n,
        text: expect.stringMatching(new RegExp(`^order ${n} of [123]$`)),
        amount: expect.any(Number),
        id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
        word: expect.stringMatching(/^(red|green)$/),
        list: [{ deep: n }],
        plain: 1,
      }),
    );
    expect(await firstEvents({ template }, 3)).toEqual(events);
    expect(await firstEvents({ template }, 3, 2)).not.toEqual(events);
  });

  it('draw every integer of a range', async () => {
    const events = await firstEvents({ template: { roll: '${int:1-6}' } }, 200);
    const rolls = events.map((event) => (event as { readonly roll: number }).roll);
    expect([...new Set(rolls)].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('come from a file in turn', async () => {
    writeFileSync(join(folder, 'events.json'), '[{"a":1},{"a":2}]');
    const { template, ...stream } = workloadOf({ events: 'events.json' }).streams[0]!;
    void template;
    const events = await firstEvents({ ...stream, rate: 1, arrivals: 'constant' }, 3);
    expect(events).toEqual([{ a: 1 }, { a: 2 }, { a: 1 }]);
  });

  it.each([
    [{ function: 'nobody' }, 'function', 'The service has no function nobody'],
    [{ events: 'missing.json' }, 'events', `${join(folder, 'missing.json')} is not there`],
    [{ template: { a: ['${int:9-1}'] } }, 'template', '${int:9-1} is no placeholder'],
    [{ template: { a: 'x ${random} y' } }, 'template', '${random} is no placeholder'],
  ])('that cannot be used are told before anything is sent: %j', (stream, property, message) => {
    const workload = workloadOf({}, stream);
    expect(workloadMistakes(workload, folder, ['probe'])).toEqual([
      { path: ['streams', 1, property], message, expected: expect.any(String) },
    ]);
  });
});
