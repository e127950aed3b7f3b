import type { RunId } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/run.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { ContentionError, TickLostError } from '../../../src/engine/errors.ts';
import { runsNow } from '../../../src/engine/runs-now.ts';
import { experiment, requestOf, runOf } from '../../contract/samples.ts';
import { drivenTo, factsOf, unit } from '../core/decide-support.ts';
import { changed, never, settled, stored, storedAt, testPorts, tickOf } from './support.ts';

const { id } = requestOf();

describe('a run on the real engine', () => {
  it('goes from its request to its end by ticks alone', async () => {
    const { ports, clock, store, log, published } = testPorts();
    const engine = new Engine(ports);
    await engine.request(requestOf());
    for (let second = 0; second < 200 && stored(store, id).phase !== 'ended'; second += 1) {
      await clock.advance(1_000);
      await engine.deliver(id, tickOf(stored(store, id), clock.time));
    }
    const phases = [
      'requested',
      'announced',
      'checking',
      'injecting',
      'observing',
      'reverting',
      'recovering',
      'ended',
    ];
    expect(published.map(({ phase }) => phase)).toEqual(phases);
    const effects = ['capture', 'arm-dead-man', 'apply', 'revert', 'read-back', 'disarm-dead-man'];
    expect(log.filter((what) => effects.includes(what))).toEqual(effects);
    expect(stored(store, id).outbox).toEqual([]);
    expect((await store.readJournal(id)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: stored(store, id).nextJournalSeq - 1 }, (_, index) => index + 1),
    );
  });

  it('is started once per slot; a second request only sends its tick, should the first process have died (L25)', async () => {
    const { ports, clock, store, log, ticks } = testPorts();
    const engine = new Engine(ports);
    const dead = new Engine({
      ...ports,
      facts: () => never,
      publish: () => never,
      scheduleTick: () => never,
    });
    void dead.request(requestOf());
    await settled();
    expect(stored(store, id).phase).toBe('requested');
    expect(log).toEqual([]);
    const before = store.runs.get(id);
    expect(await engine.request(requestOf())).toBe('exists');
    expect(log).toEqual(['schedule-tick']);
    expect(ticks).toEqual([{ epoch: 1, n: 1 }]);
    expect(store.runs.get(id)).toBe(before);
    // The tick does what the first process did not get to.
    clock.time += 16_000;
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(log).toContain('gather-facts');
    expect(stored(store, id).phase).toBe('announced');
  });

  it('whose tick cannot be sent fails its request, and each repeated one, so that it comes again', async () => {
    const { ports } = testPorts({ scheduleTick: () => Promise.reject(new Error('queue is down')) });
    const engine = new Engine(ports);
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(engine.request(requestOf())).rejects.toThrow(TickLostError);
  });

  it('is known to the sweep before it is stored, so that no death can hide it', async () => {
    const { ports, store } = testPorts();
    const order: string[] = [];
    const watched = changed(store, {
      addActive: (run: RunId, at: number) => (order.push('active'), store.addActive(run, at)),
      createRun: (run: Run) => (order.push('run'), store.createRun(run)),
    });
    await new Engine({ ...ports, store: watched }).request(requestOf());
    expect(order).toEqual(['active', 'run']);
  });
});

describe('a lost race', () => {
  it('is decided again on what is stored by then', async () => {
    const { ports, store, engine, clock } = await storedAt('observing');
    let raced = false;
    const racing = changed(store, {
      saveRun: async (run: Run, version: number) => {
        if (!raced) {
          raced = true;
          await engine.deliver(id, { type: 'abort', at: clock.time, by: 'somebody faster' });
        }
        return store.saveRun(run, version);
      },
    });
    await new Engine({ ...ports, store: racing }).deliver(id, { type: 'abort', at: clock.time, by: 'me' });
    expect(stored(store, id).abort).toEqual({ code: 'person', by: 'somebody faster' });
  });

  it('that is lost again and again is told, and nothing is carried out', async () => {
    const { ports, store, clock, log } = await storedAt('observing');
    const losing = changed(store, {
      saveRun: () => Promise.resolve('conflict'),
    });
    const delivered = new Engine({ ...ports, store: losing }).deliver(id, {
      type: 'abort',
      at: clock.time,
      by: 'x',
    });
    await expect(delivered).rejects.toThrow(ContentionError);
    expect(log).toEqual([]);
  });
});

describe('an event', () => {
  it('for a run that does not exist changes nothing', async () => {
    const { ports } = testPorts();
    expect(await new Engine(ports).deliver('nobody', { type: 'sweep', at: 0 })).toBeUndefined();
  });

  it('whose run vanishes in between is an error', async () => {
    const { store, engine, clock, driver } = await storedAt('observing');
    driver.reverts = () => (store.runs.delete(id), Promise.resolve({ read: 'clean', detail: '' }));
    const aborted = engine.deliver(id, { type: 'abort', at: clock.time, by: 'x' });
    await expect(aborted).rejects.toThrow('has vanished');
  });

  it('that follows from nothing is not saved', async () => {
    const { store, engine, clock } = await storedAt('ended');
    await engine.deliver(id, { type: 'abort', at: clock.time, by: 'x' });
    expect(store.runs.get(id)?.version).toBe(1);
  });
});

describe('commands', () => {
  it('that take a fault away come before slow channels, which delay nothing', async () => {
    const { engine, driver, log, store, clock } = await storedAt('observing', { publish: () => never });
    driver.reverts = () => Promise.resolve({ read: 'clean', detail: '' });
    void engine.deliver(id, { type: 'abort', at: clock.time, by: 'x' });
    await settled();
    expect(log[0]).toBe('revert');
    expect(stored(store, id).units[0]?.state).toMatchObject({ at: 'reverting', cleanSince: clock.time });
    // The channel still hangs; the run goes on all the same.
    await clock.advance(6_000);
    void engine.deliver(id, tickOf(stored(store, id), clock.time));
    await settled();
    expect(stored(store, id).phase).toBe('recovering');
    await clock.advance(60_000);
  });

  it('that hang end at their deadline, with an outcome that is unknown', async () => {
    const { engine, driver, store, clock } = await storedAt('observing');
    driver.reverts = () => never;
    const delivered = engine.deliver(id, { type: 'abort', at: clock.time, by: 'x' });
    await settled();
    await clock.advance(10_000);
    await delivered;
    expect(stored(store, id).units[0]?.state).toMatchObject({
      at: 'reverting',
      attempts: 1,
      lastError: expect.stringContaining('deadline'),
    });
  });

  it('whose results were lost with their process are carried out again', async () => {
    const { engine, ports, driver, store, clock, log } = await storedAt('observing');
    let died = false;
    const dying = changed(store, {
      saveRun: (run: Run, version: number) => (died ? never : store.saveRun(run, version)),
    });
    driver.reverts = () => {
      died = true;
      return Promise.resolve({ read: 'clean', detail: '' });
    };
    void new Engine({ ...ports, store: dying }).deliver(id, { type: 'abort', at: clock.time, by: 'x' });
    await settled();
    expect(stored(store, id).outbox.map(({ command }) => command.type)).toContain('revert');
    clock.time += 16_000;
    driver.reverts = () => Promise.resolve({ read: 'clean', detail: '' });
    await engine.sweep();
    expect(log.filter((what) => what === 'revert')).toHaveLength(2);
    expect(stored(store, id).units[0]?.state).toMatchObject({ at: 'reverting', cleanSince: clock.time });
  });

  it('that somebody else has carried out meanwhile are not carried out again', async () => {
    const { engine, driver, clock, store, published } = await storedAt('announced');
    driver.applies = async () => {
      for (const { id: command, command: what } of stored(store, id).outbox)
        if (what.type === 'publish')
          await engine.deliver(id, { type: 'result', at: clock.time, command, result: { type: 'done' } });
    };
    clock.time += 1_000;
    await engine.deliver(id, tickOf(stored(store, id), clock.time));
    expect(published.map(({ phase }) => phase)).toEqual(['observing']);
  });
});

describe('locks', () => {
  it('of a run that has ended, or is stored no longer, are taken over', async () => {
    for (const left of ['ended', 'gone'] as const) {
      const { ports, store } = testPorts();
      if (left === 'ended') await store.createRun({ ...runOf({ id: 'old' }), phase: 'ended' });
      await store.lock(unit.resource, 'old');
      const engine = new Engine(ports);
      await engine.request(requestOf());
      await engine.deliver(id, tickOf(stored(store, id), ports.clock.now() + 1_000));
      expect(stored(store, id).locks).toEqual({ [unit.resource]: 2 });
    }
  });

  it('of a run that is under way are respected', async () => {
    const { ports, store } = testPorts();
    await store.createRun({ ...runOf({ id: 'old' }), phase: 'reverting' });
    await store.lock(unit.resource, 'old');
    const engine = new Engine(ports);
    await engine.request(requestOf());
    await engine.deliver(id, tickOf(stored(store, id), ports.clock.now() + 1_000));
    expect(stored(store, id).outcome).toMatchObject({ result: 'refused', code: 'target-locked' });
  });
});

describe('several locks', () => {
  it('are taken in one order everywhere, so that no two runs each hold half', async () => {
    const units = ['dose:c', 'dose:a', 'dose:b'].map((resource) => ({ ...unit, id: resource, resource }));
    const { ports, store, driver } = testPorts();
    driver.plan = () => units;
    const order: string[] = [];
    const watched = changed(store, {
      lock: (resource, owner) => {
        order.push(resource);
        return store.lock(resource, owner);
      },
    });
    const engine = new Engine({ ...ports, store: watched });
    await engine.request(requestOf());
    await engine.deliver(id, tickOf(stored(store, id), ports.clock.now() + 1_000));
    expect(order).toEqual(['dose:a', 'dose:b', 'dose:c']);
  });
});

describe('the sweep', () => {
  it('looks after every run, though some cannot be looked after, and tells of those', async () => {
    const { ports, store, clock } = testPorts();
    for (const name of ['a', 'b', 'c']) {
      await store.addActive(name, clock.time);
      await store.createRun(runOf({ id: name }));
    }
    const save = store.saveRun.bind(store);
    store.saveRun = (run, version) =>
      run.id === 'b' ? Promise.reject(new Error('throttled')) : save(run, version);
    clock.time += 20_000;
    await expect(new Engine(ports).sweep()).rejects.toThrow('1 of 3 runs could not be swept');
    expect([stored(store, 'a').phase, stored(store, 'c').phase]).toEqual(['announced', 'announced']);
  });

  it('forgets a run that is wholly over, and an entry whose run never came to be', async () => {
    const { ports, store, clock } = testPorts();
    await store.createRun({ ...runOf({ id: 'over' }), phase: 'ended', outbox: [], audits: [] });
    await store.createRun({
      ...runOf({ id: 'audited' }),
      phase: 'ended',
      outbox: [],
      audits: [clock.time + 1e9],
    });
    await store.addActive('over', clock.time);
    await store.addActive('audited', clock.time);
    await store.addActive('orphan', clock.time);
    await new Engine(ports).sweep();
    expect([...store.active.keys()]).toEqual(['audited', 'orphan']);
    clock.time += 3_600_001;
    await new Engine(ports).sweep();
    expect([...store.active.keys()]).toEqual(['audited']);
  });

  it('drains what an ended run still has to tell, with its ticks dead', async () => {
    const { engine, store, clock, published } = await storedAt('ended');
    const ended = stored(store, id);
    const [command] = drivenTo('ended').outstanding('publish');
    if (command === undefined) throw new Error('Nothing to tell');
    await store.saveRun({ ...ended, outbox: [command] }, 1);
    clock.time += 60_000;
    await engine.sweep();
    expect(published).toHaveLength(1);
    expect(stored(store, id).outbox).toEqual([]);
  });
});

describe('an alarm', () => {
  it('stops the runs that watch it, and is forgotten by those that have ended', async () => {
    const alarms = { experiment: { ...experiment, abort: { alarms: ['errors'] } } };
    const { ports, store, clock } = testPorts();
    await store.createRun({ ...runOf({ id: 'old', ...alarms }), phase: 'ended' });
    const { run } = drivenTo('observing');
    await store.createRun({ ...run, experiment: alarms.experiment, outbox: [] });
    await store.putUndo(id, unit.id, 'before');
    await store.watchAlarms('old', ['errors']);
    await store.watchAlarms(id, ['errors']);
    await new Engine(ports).alarm('errors', 'ALARM', clock.time);
    expect(stored(store, id).abort).toMatchObject({ code: 'alarm' });
    expect(await store.runsWatching('errors')).toEqual([id]);
  });
});

describe('the kill switch', () => {
  it('stops every active run, though one cannot be reached; released, it stops none', async () => {
    const { ports, store, clock } = testPorts();
    for (const name of ['a', 'b']) {
      await store.addActive(name, clock.time);
      await store.createRun(runOf({ id: name }));
    }
    const engine = new Engine(ports);
    await engine.setKillSwitch(false);
    expect(stored(store, 'a').phase).toBe('requested');
    const load = store.loadRun.bind(store);
    store.loadRun = (run) => (run === 'a' ? Promise.reject(new Error('throttled')) : load(run));
    await expect(engine.setKillSwitch(true)).rejects.toThrow('1 of 2 runs could not be stopped');
    expect(stored(store, 'b').outcome).toMatchObject({ code: 'kill-switch' });
    expect(store.killSwitch).toEqual({ on: true, generation: 1 });
  });
});

describe('a tick', () => {
  it('that could not send the next one fails, so that it is delivered again, and then does', async () => {
    let broken = true;
    const sent: number[] = [];
    const { engine, store, clock } = await storedAt('observing', {
      scheduleTick: (_run, _epoch, n) =>
        broken ? Promise.reject(new Error('throttled')) : Promise.resolve(void sent.push(n)),
    });
    const tick = tickOf(stored(store, id), clock.time);
    await expect(engine.deliver(id, tick)).rejects.toThrow(TickLostError);
    broken = false;
    clock.time += 1_000;
    await engine.deliver(id, { ...tick, at: clock.time });
    expect(sent).toEqual([tick.n + 1]);
    expect(stored(store, id).tick.n).toBe(tick.n + 1);
  });
});

describe('the count of runs', () => {
  it('counts others from their checks to their end, whatever the count of those that wait or are over', async () => {
    const counts: Record<string, number> = {};
    const { ports, clock, store } = testPorts();
    const engine = new Engine(ports);
    await engine.request(requestOf());
    for (let second = 0; second < 200 && stored(store, id).phase !== 'ended'; second += 1) {
      counts[stored(store, id).phase] = await runsNow(store, 'another');
      await clock.advance(1_000);
      await engine.deliver(id, tickOf(stored(store, id), clock.time));
    }
    counts['ended'] = await runsNow(store, 'another');
    expect(counts).toEqual({ announced: 0, observing: 1, reverting: 1, recovering: 1, ended: 0 });
  });

  it('is taken once the run is marked itself: of two that begin at once the later one sees the other', async () => {
    const { ports, store } = testPorts();
    const seen: number[] = [];
    const facts: typeof ports.facts = async (run, signal) => {
      if (run.phase === 'checking') seen.push((await runsNow(store, 'another')) - 1);
      return ports.facts(run, signal);
    };
    const engine = new Engine({ ...ports, facts });
    for (const name of ['a', 'b']) {
      await engine.request(requestOf({ id: name }));
      await engine.deliver(name, tickOf(stored(store, name), ports.clock.now() + 1_000));
    }
    expect(seen).toEqual([0, 1]);
  });

  it('does not include a run that was refused at its checks', async () => {
    const { ports, store } = testPorts();
    const engine = new Engine(ports);
    await engine.request(requestOf());
    Object.assign(ports, { facts: () => Promise.resolve({ ...factsOf(), targets: [] }) });
    await new Engine(ports).deliver(id, tickOf(stored(store, id), ports.clock.now() + 1_000));
    expect(stored(store, id).outcome).toMatchObject({ result: 'refused' });
    expect(await runsNow(store, 'another')).toBe(0);
  });
});

describe('facts', () => {
  it('are joined by what stops a run and by what its drivers plan', async () => {
    const { ports, store } = testPorts();
    await new Engine(ports).request(requestOf());
    expect(stored(store, id)).toMatchObject({ phase: 'announced', targets: factsOf().targets });
  });
});
