import { decide } from '../../../src/core/decide.ts';
import { experiment } from '../../contract/samples.ts';
import { approve, done, Driven, drivenTo, factsOf, failed, startAt } from './decide-support.ts';

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
    driven.tick().event({ type: 'tick', epoch, n });
    expect(driven.handedOut('schedule-tick')).toMatchObject([{ epoch, n: n + 1 }]);
    expect(driven.outstanding('schedule-tick')).toHaveLength(1);
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
    expect(driven.run.tick.expectedAt - driven.at).toBe(60_000);
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
    expect(driven.run.phase).toBe('checking');
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
    const driven = drivenTo('observing');
    for (let look = 0; look < 300; look += 1)
      driven.event({ type: 'sweep' }, 100).event({ type: 'abort', by: 'x' }, 0);
    expect(driven.run.phase).toBe('reverting');
    const journals = driven.outstanding('journal');
    expect(journals.length).toBeLessThanOrEqual(70);
  });
});
