import { Engine } from '../../../src/engine/engine.ts';
import { EffectError } from '../../../src/engine/errors.ts';
import { requestOf } from '../../contract/samples.ts';
import { unit } from '../core/decide-support.ts';
import { changed, settled, stored, storedAt, type testPorts, tickOf } from './support.ts';

const { id } = requestOf();

describe('an apply', () => {
  async function readyToApply(change: Parameters<typeof testPorts>[0] = {}): ReturnType<typeof storedAt> {
    const test = await storedAt('injecting', change);
    await test.store.lock(unit.resource, id);
    return test;
  }

  it('does not start once an abort is stored, however late (L9)', async () => {
    const { engine, store, log, clock, ports } = await readyToApply();
    const aborting = changed(store, {
      takeLease: async (...args: Parameters<typeof store.takeLease>) => {
        if (args[1].kind === 'apply') await engine.deliver(id, { type: 'abort', at: clock.time, by: 'x' });
        return store.takeLease(...args);
      },
    });
    await new Engine({ ...ports, store: aborting }).deliver(id, tickOf(stored(store, id), clock.time));
    expect(stored(store, id).abort).toEqual({ code: 'person', by: 'x' });
    expect(log).not.toContain('apply');
  });

  it('does not start after its deadline, when its outcome already counts as unknown', async () => {
    const { ports, store, log, clock } = await readyToApply();
    let answer: (late: Awaited<ReturnType<typeof store.loadRun>>) => void = () => {};
    let looking = false;
    const slow = changed(store, {
      takeLease: (resource, lease) => {
        looking = lease.kind === 'apply';
        return store.takeLease(resource, lease);
      },
      // The look right before the apply: true when it was taken, and late.
      loadRun: (run) => {
        if (!looking) return store.loadRun(run);
        looking = false;
        return new Promise((resolve) => (answer = resolve));
      },
    });
    const engine = new Engine({ ...ports, store: slow });
    const delivered = engine.deliver(id, tickOf(stored(store, id), clock.time));
    await settled();
    const asItWas = await store.loadRun(id);
    await clock.advance(5_000);
    answer(asItWas);
    await delivered;
    await settled();
    expect(log).not.toContain('apply');
    expect(stored(store, id).abort).toMatchObject({ code: 'apply-unknown' });
  });

  it('does not start in a process that stood still and has not noticed yet', async () => {
    const { engine, store, log, clock } = await readyToApply();
    const lease = store.takeLease.bind(store);
    store.takeLease = (resource, wanted) => {
      if (wanted.kind === 'apply') clock.time += 30_000;
      return lease(resource, wanted);
    };
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(log).not.toContain('apply');
    expect(stored(store, id).abort).toMatchObject({ code: 'apply-failed' });
  });

  it('that finds its resource busy has failed for certain, and the run ends', async () => {
    const { engine, store, log, clock } = await readyToApply();
    await store.takeLease(unit.resource, {
      holder: 'other',
      kind: 'revert',
      now: clock.time,
      until: clock.time + 9_000,
    });
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(log).not.toContain('apply');
    expect(stored(store, id).abort).toMatchObject({
      code: 'apply-failed',
      detail: expect.stringContaining('resource-busy'),
    });
  });

  it('without an undo record does not start (L3, L11)', async () => {
    const { engine, store, log, clock } = await readyToApply();
    store.undo.clear();
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(log).not.toContain('apply');
  });

  it('that succeeded counts as such though its lease could not be given back', async () => {
    const { engine, store, log, clock } = await readyToApply();
    store.releaseLease = () => Promise.reject(new Error('throttled'));
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(log).toContain('apply');
    expect(stored(store, id).phase).toBe('observing');
  });

  it('of which the driver is certain that it changed nothing has failed for certain', async () => {
    const { engine, driver, store, clock } = await readyToApply();
    driver.applies = () => Promise.reject(new EffectError('superseded', 'later run', { unknown: false }));
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(stored(store, id).abort).toMatchObject({ code: 'apply-failed' });
  });

  it('that failed in any other way counts as applied (L21)', async () => {
    const { engine, driver, store, clock } = await readyToApply();
    driver.applies = () => Promise.reject(new Error('504'));
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(stored(store, id).abort).toMatchObject({ code: 'apply-unknown' });
  });
});

describe('a revert', () => {
  it('does not start in a process that stood still while it got its lease', async () => {
    const { ports, store, log, clock } = await storedAt('observing');
    const slow = changed(store, {
      takeLease: (resource, lease) => {
        clock.time += 10_000;
        return store.takeLease(resource, lease);
      },
    });
    await new Engine({ ...ports, store: slow }).deliver(id, { type: 'abort', at: clock.time, by: 'x' });
    expect(log).not.toContain('revert');
    expect(stored(store, id).units[0]?.state).toMatchObject({ at: 'reverting', attempts: 1 });
  });
});
