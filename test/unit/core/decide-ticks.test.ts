import fc from 'fast-check';
import { decide } from '../../../src/core/decide.ts';
import type { CommandResult } from '../../../src/core/events.ts';
import type { RunSettings } from '../../../src/core/run.ts';
import { experiment, settings } from '../../contract/samples.ts';
import { approve, done, Driven, drivenTo, factsOf, failed, observed, startAt } from './decide-support.ts';

const long = { experiment: { ...experiment, duration: 3_600_000 } };
const tenMinutes = { experiment: { ...experiment, duration: 600_000 } };
const longFacts = factsOf({ limits: { ...factsOf().limits, maxDurationMs: 3_600_000 } });
const approvalFacts = factsOf({ limits: { ...factsOf().limits, approvalRequired: true } });

describe('ticks', () => {
  it('act once: only the expected one does, and sends the next', () => {
    const driven = drivenTo('observing');
    const { epoch, n } = driven.run.tick;
    driven.tick();
    expect(driven.handedOut('schedule-tick')).toMatchObject([{ epoch, n: n + 1 }]);
    driven.result('schedule-tick', done);
    const { run } = driven;
    driven.event({ type: 'tick', epoch, n });
    expect(driven.run).toBe(run);
    expect(driven.handed).toEqual([]);
  });

  it('delivered again send the next one again, where nobody knows that it was sent', () => {
    const driven = drivenTo('observing');
    const { epoch, n } = driven.run.tick;
    driven.tick().event({ type: 'tick', epoch, n }, 14_999);
    // Its sender may still be at work: two messages for one tick would be two chains.
    expect(driven.handed).toEqual([]);
    driven.event({ type: 'tick', epoch, n }, 1);
    expect(driven.handedOut('schedule-tick')).toMatchObject([{ epoch, n: n + 1 }]);
    expect(driven.outstanding('schedule-tick')).toHaveLength(1);
  });

  it('that were doubled become one again: the second of a pair sends nothing', () => {
    const driven = drivenTo('observing');
    for (let pair = 0; pair < 20; pair += 1) {
      const { epoch, n } = driven.run.tick;
      driven.tick(1_000);
      expect(driven.handedOut('schedule-tick')).toHaveLength(1);
      driven.event({ type: 'tick', epoch, n }, 5);
      expect(driven.handed).toEqual([]);
    }
  });

  it('need no word of their sending: the sweep leaves a chain alone whose tick is not overdue', () => {
    const driven = drivenTo('observing').tick();
    driven.result('observe', observed());
    const { run } = driven;
    driven.event({ type: 'sweep' }, 2_000);
    expect(driven.run).toBe(run);
    driven.event({ type: 'sweep' }, 15_000);
    expect(driven.handedOut('schedule-tick')).toMatchObject([{ epoch: run.tick.epoch, n: run.tick.n }]);
  });

  it('that are overdue are sent again, whatever else happens to the run', () => {
    const driven = drivenTo('awaiting-approval', {}, approvalFacts);
    driven.tick();
    const { epoch, n, expectedAt } = driven.run.tick;
    driven.at = expectedAt + 15_000;
    approve(driven);
    expect(driven.handedOut('schedule-tick')).toMatchObject([{ epoch, n }]);
  });

  it('of an earlier chain do the same, and nothing else', () => {
    const driven = drivenTo('observing');
    driven.event({ type: 'sweep' }, 60_000);
    const { epoch } = driven.run.tick;
    expect(epoch).toBe(2);
    driven.event({ type: 'tick', epoch: 1, n: 999 });
    expect(driven.handed.map(({ command }) => command)).toMatchObject([
      { type: 'schedule-tick', epoch: 2, n: 0 },
    ]);
  });

  it('of a dead chain are revived by the sweep under a higher epoch', () => {
    const driven = drivenTo('observing');
    driven.event({ type: 'sweep' }, 20_000);
    expect(driven.run.tick.epoch).toBe(1);
    driven.event({ type: 'sweep' }, 40_000);
    expect(driven.run.tick).toMatchObject({ epoch: 2, n: 0 });
  });

  it('are rare while a run only waits for its start', () => {
    const driven = drivenTo('announced', { startAt: startAt + 3_600_000 });
    for (const { id } of driven.run.outbox) driven.event({ type: 'result', command: id, result: done });
    driven.tick();
    expect(driven.run.tick.expectedAt - driven.at).toBe(600_000);
    driven.at = startAt + 3_590_000;
    driven.tick(0);
    expect(driven.run.tick.expectedAt).toBe(startAt + 3_600_000);
  });

  it('come at their full pace again as soon as something has begun', () => {
    const driven = drivenTo('awaiting-approval', {}, approvalFacts);
    for (const { id } of driven.run.outbox) driven.event({ type: 'result', command: id, result: done });
    driven.tick();
    const slow = driven.run.tick;
    approve(driven, {});
    expect(driven.run.phase).toBe('announced');
    expect(driven.run.tick).toMatchObject({ epoch: slow.epoch + 1, n: 0 });
    expect(driven.run.tick.expectedAt - driven.at).toBe(1_000);
  });

  it('of an ended run come as long as something is left to tell, and then no more', () => {
    const driven = drivenTo('ended');
    driven.tick();
    expect(driven.handedOut('schedule-tick')).toHaveLength(1);
    for (const { id } of driven.run.outbox) driven.event({ type: 'result', command: id, result: done });
    driven.tick();
    expect(driven.run.outbox).toEqual([]);
  });
});

describe('looks', () => {
  const settingsOf = (slowestLookMs?: number): RunSettings => ({
    ...settings,
    ...(slowestLookMs === undefined ? {} : { slowestLookMs }),
  });
  /** The next tick with its look, and everything else done. */
  const next = (driven: Driven, result: CommandResult = observed()): void => {
    driven.at = driven.run.tick.expectedAt;
    driven.tick(0);
    if (driven.outstanding('observe').length > 0) driven.result('observe', result);
    for (const { id, command } of driven.run.outbox)
      if (command.type !== 'schedule-tick') driven.event({ type: 'result', command: id, result: done });
  };
  /** When looks were taken, in ms after the faults were in place. */
  const looksOf = (driven: Driven): number[] => {
    const since = driven.at;
    const looks: number[] = [];
    while (driven.run.phase === 'observing') {
      next(driven);
      looks.push(driven.at - since);
    }
    return looks.slice(0, -1);
  };

  it('come each tick where nothing else is said', () => {
    const looks = looksOf(drivenTo('observing'));
    expect(looks.length).toBeGreaterThan(55);
    looks.slice(1).forEach((at, index) => expect(at - (looks[index] ?? 0)).toBe(settings.tickMs));
  });

  it('become rarer with time, at most a tenth late, and end when the run does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 60_000 }), (slowestLookMs) => {
        const driven = drivenTo(
          'observing',
          { ...tenMinutes, settings: settingsOf(slowestLookMs) },
          longFacts,
        );
        const endsAt = driven.run.injection?.endsAt;
        const looks = looksOf(driven);
        const waits = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
        waits.forEach((wait, index) => {
          expect(wait).toBeGreaterThanOrEqual(settings.tickMs);
          expect(wait).toBeLessThanOrEqual(Math.max(settings.tickMs, (looks[index] ?? 0) / 10));
          expect(wait).toBeLessThanOrEqual(Math.max(settings.tickMs, slowestLookMs));
        });
        expect(driven.run.phase).toBe('reverting');
        expect(driven.at - (endsAt ?? 0)).toBeGreaterThanOrEqual(0);
        expect(driven.at - (endsAt ?? 0)).toBeLessThan(settings.tickMs);
      }),
      { numRuns: 10 },
    );
  });

  it('come as soon as may be once one has failed', () => {
    const driven = drivenTo('observing', { ...tenMinutes, settings: settingsOf(30_000) }, longFacts);
    while (driven.at - startAt < 400_000) next(driven);
    expect(driven.run.tick.expectedAt - driven.at).toBe(30_000);
    next(driven, failed(true));
    expect(driven.run.tick.expectedAt - driven.at).toBe(settings.tickMs);
  });

  it('that are rare delay nothing that follows an abort', () => {
    const driven = drivenTo('observing', { ...tenMinutes, settings: settingsOf(30_000) }, longFacts);
    while (driven.at - startAt < 400_000) next(driven);
    driven.event({ type: 'abort', by: 'someone' });
    expect(driven.run.tick.expectedAt - driven.at).toBe(settings.tickMs);
  });
});

describe('commands without a result', () => {
  it('are handed out again by a later tick, after growing waits', () => {
    const driven = drivenTo('observing').tick();
    const [first] = driven.handedOut('observe');
    expect(first).toBeDefined();
    expect(driven.tick(14_000).handedOut('observe')).toEqual([]);
    expect(driven.tick(1_000).handedOut('observe')).toHaveLength(1);
    expect(driven.tick(29_000).handedOut('observe')).toEqual([]);
    expect(driven.tick(1_000).handedOut('observe')).toHaveLength(1);
  });

  it('are handed out again by the sweep alone, with every tick dead', () => {
    const driven = new Driven();
    driven.event({ type: 'sweep' }, 20_000);
    expect(driven.handedOut('gather-facts')).toHaveLength(1);
    expect(driven.handedOut('publish')).toHaveLength(1);
  });

  it('are settled by the first result; a second one changes nothing', () => {
    const driven = drivenTo('observing').tick();
    const [entry] = driven.outstanding('observe');
    driven.result('observe', failed(true));
    const { run } = driven;
    driven.event({ type: 'result', command: entry?.id ?? 0, result: failed(true) });
    expect(driven.run).toBe(run);
  });
});

describe('a bus that is down', () => {
  it('is tried again until it has been told, and delays nothing', () => {
    const driven = drivenTo('observing', { experiment: { ...experiment, notify: ['slack:chaos'] } });
    const waiting = driven.outstanding('publish').length;
    expect(waiting).toBeGreaterThan(3);
    expect(driven.outstanding('publish').map(({ command }) => command)).toMatchObject(
      Array.from({ length: waiting }, () => ({ change: { channels: ['slack:chaos'] } })),
    );
    for (let hour = 0; hour < 3; hour += 1) {
      for (const { id } of driven.outstanding('publish'))
        driven.event({ type: 'result', command: id, result: failed(true) });
      driven.event({ type: 'sweep' }, 1_000);
    }
    expect(driven.outstanding('publish').length).toBeGreaterThanOrEqual(waiting);
  });
});

describe('a decision', () => {
  it('is the same whoever takes it and however often', () => {
    const { run, at } = drivenTo('reverting');
    const event = { type: 'tick', at: at + 1_000, ...run.tick } as const;
    expect(decide(run, event)).toEqual(decide(run, event));
  });

  it('leaves the journal out, never the run, where the journal cannot be written', () => {
    const driven = drivenTo('observing', long, longFacts);
    for (let look = 0; look < 2_000; look += 1) {
      driven.tick();
      driven.result('observe', observed());
      if (driven.outstanding('journal').length > 0) driven.result('journal', failed(true));
    }
    expect(JSON.stringify(driven.run.unwritten).length).toBeLessThan(80_000);
    const before = driven.run.unwritten;
    driven.event({ type: 'abort', by: 'x' });
    expect(driven.run.phase).toBe('reverting');
    expect(driven.run.unwritten.slice(before.length).map(({ what }) => what)).toContainEqual(
      expect.objectContaining({ type: 'phase', to: 'reverting' }),
    );
  });
});

describe('the journal', () => {
  const look = (driven: Driven): Driven => driven.tick().result('observe', observed());

  it('rides in the run until several entries are written at once, and only stored ones are', () => {
    const driven = drivenTo('observing', long, longFacts);
    let writes = 0;
    for (let count = 0; count < 60; count += 1) {
      const stored = driven.run.unwritten;
      driven.tick();
      const [command] = driven.handedOut('journal');
      driven.result('observe', observed());
      if (command === undefined) continue;
      writes += 1;
      expect(command.through).toBe(stored.at(-1)?.seq);
      driven.result('journal', done);
    }
    expect(writes).toBeGreaterThan(2);
    expect(writes).toBeLessThan(6);
  });

  it('loses nothing of what comes while it is written, nor of what could not be', () => {
    const driven = drivenTo('observing', long, longFacts);
    while (driven.outstanding('journal').length === 0) look(driven);
    const all = driven.run.nextJournalSeq - 1;
    driven.result('journal', failed(true));
    expect(driven.run.unwritten.map(({ seq }) => seq)).toEqual(Array.from({ length: all }, (_, n) => n + 1));
    look(driven);
    const [command] = driven.outstanding('journal');
    const through = command?.command.type === 'journal' ? command.command.through : 0;
    expect(through).toBe(all);
    driven.result('journal', done);
    expect(driven.run.unwritten.map(({ seq }) => seq)).toEqual([all + 1]);
  });
});
