import { done, type Driven, drivenTo, factsOf, failed, observed, read, unit } from './decide-support.ts';
import { settings } from '../../contract/samples.ts';

const apartMs = unit.settleMs + settings.skewMs;
const other = { ...unit, id: 'dose:b', resource: 'dose:b' };

/** Its apply is under way. */
function applying(facts = factsOf()): Driven {
  const driven = drivenTo('injecting', {}, facts);
  return driven.result('arm-dead-man', done).result('check-stops', { type: 'stops', stops: facts.stops });
}

function inRevert(driven: Driven): Extract<Driven['state'], { at: 'reverting' }> {
  const { state } = driven;
  if (state.at !== 'reverting') throw new Error(`The unit is ${state.at}`);
  return state;
}

describe('a fault counts as reverted', () => {
  it('after two clean reads, as far apart as old values may be shown and clocks may differ (L22, L23)', () => {
    const driven = drivenTo('reverting').result('revert', read('clean'));
    expect(inRevert(driven).cleanSince).toBe(driven.at);
    driven.tick(apartMs - 1);
    expect(driven.outstanding('read-back')).toEqual([]);
    driven.tick(1).result('read-back', read('clean'), { afterMs: 100 });
    expect(driven.state).toMatchObject({ at: 'reverted', how: 'restored' });
    expect(driven.run.phase).toBe('recovering');
  });

  it('not after a read that was asked for too early by another clock', () => {
    const driven = drivenTo('reverting').result('revert', read('clean'));
    driven.tick(apartMs);
    const [entry] = driven.outstanding('read-back');
    if (entry === undefined) throw new Error('No read-back');
    const early = { ...entry, issuedAt: entry.issuedAt - 1 };
    driven.run = {
      ...driven.run,
      outbox: driven.run.outbox.map((one) => (one.id === entry.id ? early : one)),
    };
    driven.result('read-back', read('clean'));
    expect(driven.state.at).toBe('reverting');
  });

  it.each([
    ['drift', 'its value is somebody else’s by now'],
    ['absent', 'its resource is gone (L13)'],
  ] as const)('as %s where %s', (what, _why) => {
    const driven = drivenTo('reverting').result('revert', read(what));
    driven.tick(apartMs).result('read-back', read(what));
    expect(driven.state).toMatchObject({ at: 'reverted', how: what });
  });

  it('at once where it was never applied (L10)', () => {
    const driven = drivenTo('injecting').event({ type: 'abort', by: 'someone' });
    expect(driven.state).toMatchObject({ at: 'reverted', how: 'never-applied' });
    expect(driven.run.phase).toBe('recovering');
    expect(driven.outstanding('revert')).toEqual([]);
  });

  it('only once the second read is clean as well: a change that comes back is reverted again', () => {
    const driven = drivenTo('reverting').result('revert', read('clean')).tick(apartMs);
    driven.result('read-back', read('ours'));
    expect(inRevert(driven)).toMatchObject({ cleanSince: null, lastError: 'still in place' });
    // What was just written may be hidden for the settle time: no reader is asked before.
    expect(inRevert(driven).nextAt - driven.at).toBe(unit.settleMs);
    driven.tick(apartMs);
    expect(driven.handedOut('revert')).toHaveLength(1);
  });
});

describe('a revert that fails', () => {
  it('is tried for ever, after growing waits, and people are paged (L1)', () => {
    const driven = drivenTo('reverting');
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      driven.result('revert', failed(true));
      waits.push(inRevert(driven).nextAt - driven.at);
      driven.tick(inRevert(driven).nextAt - driven.at);
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(300_000);
    expect(driven.outstanding('revert')).toHaveLength(1);
    expect(driven.outstanding('page')).toHaveLength(1);
  });

  it('pages again once people were reached and it still fails', () => {
    const driven = drivenTo('reverting');
    const pages: string[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      driven.result('revert', failed(true));
      for (const { message } of driven.handedOut('page')) pages.push(message);
      if (driven.outstanding('page').length > 0) driven.result('page', done);
      driven.tick(300_000);
    }
    expect(pages).toHaveLength(2);
    expect(pages[1]).toContain('6 times');
  });

  it('keeps one unit waiting, not the others', () => {
    const driven = drivenTo('reverting', {}, factsOf({ units: [unit, other] }));
    driven
      .result('revert', failed(true), { unit: unit.id })
      .result('revert', read('clean'), { unit: other.id });
    driven.tick(apartMs).result('read-back', read('clean'), { unit: other.id });
    expect(driven.unit(other.id).state.at).toBe('reverted');
    expect(driven.run.phase).toBe('reverting');
  });

  it('still is decided on where neither journal nor people can be reached for days', () => {
    const driven = drivenTo('reverting');
    for (let attempt = 0; attempt < 1_000; attempt += 1) driven.result('revert', failed(true)).tick(300_000);
    expect(driven.run.outbox.length).toBeLessThan(100);
    driven.result('revert', read('clean')).tick(apartMs).result('read-back', read('clean'));
    expect(driven.run.phase).toBe('recovering');
  });
});

describe('an apply', () => {
  it('is sent once: no tick and no sweep sends it again', () => {
    const driven = applying();
    for (const afterMs of [1_000, 15_000, 1_000]) {
      expect(driven.tick(afterMs).handedOut('apply')).toEqual([]);
      expect(driven.event({ type: 'sweep' }, 1_000).handedOut('apply')).toEqual([]);
    }
  });

  it('that failed for certain ends the run, and is reverted all the same: it may have got half-way (L3)', () => {
    const driven = applying().result('apply', failed(false, 'resource-busy'));
    expect(driven.run.abort).toMatchObject({ code: 'apply-failed' });
    expect(driven.handedOut('revert')).toHaveLength(1);
    expect(inRevert(driven).applyMayLandUntil).toBeNull();
  });

  it('of unknown outcome counts as applied: reverted at once, and again after its lease (L21)', () => {
    const driven = applying();
    const { state } = driven;
    const leaseUntil = state.at === 'applying' ? state.leaseUntil : 0;
    driven.result('apply', failed(true), { afterMs: 5_000 });
    expect(driven.run.abort).toMatchObject({ code: 'apply-unknown' });
    driven.result('revert', read('clean'), { afterMs: 100 });
    expect(inRevert(driven)).toMatchObject({ cleanSince: null, nextAt: leaseUntil + settings.skewMs + 1 });
    driven.tick(leaseUntil + settings.skewMs - driven.at);
    expect(driven.outstanding('revert')).toEqual([]);
    driven.tick(1).result('revert', read('clean')).tick(apartMs).result('read-back', read('clean'));
    expect(driven.run.phase).toBe('recovering');
  });

  it('whose process died counts as applied once its lease has run out', () => {
    const driven = applying().tick(settings.applyLeaseMs);
    expect(driven.run.phase).toBe('injecting');
    driven.tick(1_000);
    expect(driven.run.abort).toMatchObject({ code: 'apply-unknown' });
    expect(driven.handedOut('revert')).toHaveLength(1);
  });

  it('reported as done while it is being reverted is reverted once more, whatever the revert under way saw', () => {
    const driven = applying().event({ type: 'abort', by: 'someone' });
    const [first] = driven.outstanding('revert');
    driven.result('apply', done, { afterMs: 100 });
    const [second] = driven.outstanding('revert');
    expect(second?.id).not.toBe(first?.id);
    driven.event({ type: 'result', command: first?.id ?? 0, result: read('clean') });
    expect(inRevert(driven).cleanSince).toBeNull();
    driven.result('revert', read('clean'));
    expect(inRevert(driven).cleanSince).toBe(driven.at);
  });

  it('reported as failed for certain while it is being reverted needs no second revert', () => {
    const driven = applying().event({ type: 'abort', by: 'someone' }).result('apply', failed(false));
    driven.result('revert', read('clean')).tick(apartMs).result('read-back', read('clean'));
    expect(driven.run.phase).toBe('recovering');
  });

  it('of one unit that fails takes the others back, whether they are in place or under way', () => {
    const third = { ...unit, id: 'dose:c', resource: 'dose:c' };
    const driven = applying(factsOf({ units: [unit, other, third] }));
    driven.result('apply', done, { unit: other.id }).result('apply', failed(false), { unit: unit.id });
    expect(driven.outstanding('revert')).toHaveLength(3);
    expect(driven.unit(third.id).state).toMatchObject({
      at: 'reverting',
      applyMayLandUntil: expect.any(Number),
    });
    expect(driven.unit(other.id).state).toMatchObject({ at: 'reverting', applyMayLandUntil: null });
  });
});

describe('an ended run', () => {
  const audit = (driven: Driven, afterMs = 300_001): Driven => driven.event({ type: 'sweep' }, afterMs);

  it('is read again after five minutes and after an hour', () => {
    const driven = audit(drivenTo('ended'));
    expect(driven.handedOut('read-back')).toHaveLength(1);
    driven.result('read-back', read('clean'));
    expect(audit(driven, 1_000).handedOut('read-back')).toEqual([]);
    expect(audit(driven, 3_600_000).handedOut('read-back')).toHaveLength(1);
    expect(driven.run.audits).toEqual([]);
  });

  it('is read again later where the audit saw nothing', () => {
    const driven = audit(drivenTo('ended')).result('read-back', failed(true));
    expect(audit(driven, 20_000).handedOut('read-back')).toHaveLength(1);
  });

  it('that shows its own change is opened again: locked, reverted, told, and ended once more', () => {
    const driven = audit(drivenTo('ended'));
    const { seq } = driven.run;
    driven.result('read-back', read('ours'));
    expect(driven.run).toMatchObject({ phase: 'reverting', seq: seq + 1, outcome: null, endedAt: null });
    expect(driven.handedOut('lock')).toHaveLength(1);
    expect(driven.handedOut('revert')).toHaveLength(1);
    // Nobody ticks an ended run any more: its chain begins anew.
    expect(driven.handedOut('schedule-tick')).toHaveLength(1);
    driven.result('lock', { type: 'locked', epochs: { [unit.resource]: 9 } });
    expect(driven.run.locks[unit.resource]).toBe(9);
    driven.result('revert', read('clean')).tick(apartMs).result('read-back', read('clean'));
    driven.tick(10_000).result('observe', observed());
    expect(driven.run).toMatchObject({ phase: 'ended', outcome: { result: 'aborted' } });
    expect(driven.outstanding('unlock')).toHaveLength(1);
  });

  it('that is opened again gets a dead-man again, which no disarming of the first one takes away', () => {
    const driven = audit(drivenTo('ended'));
    expect(driven.outstanding('disarm-dead-man')).toHaveLength(1);
    driven.result('read-back', read('ours'));
    const { settings } = driven.run;
    expect(driven.handedOut('arm-dead-man')).toEqual([
      {
        type: 'arm-dead-man',
        at: driven.at + settings.applyLeaseMs + settings.skewMs + unit.settleMs,
        units: [unit.id],
      },
    ]);
    expect(driven.outstanding('disarm-dead-man')).toEqual([]);
    for (let attempt = 0; attempt < 10; attempt += 1) driven.result('arm-dead-man', failed(true));
    expect(driven.outstanding('arm-dead-man')).toHaveLength(1);
  });

  it('lets its undo records go with its last audit, and not before', () => {
    const driven = audit(drivenTo('ended'));
    driven.result('read-back', read('clean'));
    expect(driven.outstanding('expire-undo')).toEqual([]);
    audit(driven, 3_600_000);
    driven.result('read-back', read('clean'));
    expect(driven.handedOut('expire-undo')).toEqual([{ type: 'expire-undo', units: [unit.id] }]);
  });

  it('of several units lets none go as long as one is still to be read', () => {
    const driven = audit(drivenTo('ended', {}, factsOf({ units: [unit, other] })), 3_600_001);
    driven.result('read-back', read('clean'), { unit: unit.id });
    expect(driven.outstanding('expire-undo')).toEqual([]);
    driven.result('read-back', read('clean'), { unit: other.id });
    expect(driven.handedOut('expire-undo')).toEqual([{ type: 'expire-undo', units: [unit.id, other.id] }]);
  });

  it('that never applied anything lets its undo records go at once', () => {
    const driven = drivenTo('injecting').event({ type: 'abort', by: 'someone' });
    driven.tick(10_000).result('observe', observed());
    expect(driven.handedOut('expire-undo')).toHaveLength(1);
  });

  it('finds both of two changes that show again', () => {
    const driven = audit(drivenTo('ended', {}, factsOf({ units: [unit, other] })));
    driven.result('read-back', read('ours'), { unit: unit.id });
    driven.result('read-back', read('ours'), { unit: other.id });
    expect([driven.unit(unit.id).state.at, driven.unit(other.id).state.at]).toEqual([
      'reverting',
      'reverting',
    ]);
  });

  it('is not audited for what it never applied', () => {
    const driven = drivenTo('injecting').event({ type: 'abort', by: 'someone' });
    driven.tick(10_000).result('observe', observed());
    expect(driven.run).toMatchObject({ phase: 'ended', audits: [] });
  });
});
