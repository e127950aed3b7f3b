import type { Run } from '../../../src/core/run.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { Store } from '../../../src/engine/ports.ts';
import { experiment, requestOf, runOf } from '../../contract/samples.ts';
import { drivenTo, unit } from '../core/decide-support.ts';
import { changed, never, settled, stored, storedAt, testPorts, tickOf } from './support.ts';

const { id } = requestOf();

/** The store, and the names of its calls as they come. */
function counted(store: Store): { store: Store; calls: string[] } {
  const calls: string[] = [];
  const proxy = new Proxy(store, {
    get(truth, name) {
      const method: unknown = Reflect.get(truth, name);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(method, truth, args);
      };
    },
  });
  return { store: proxy, calls };
}

describe('a look', () => {
  it('is part of the decision on its tick: one load and one save', async () => {
    const test = await storedAt('observing');
    const { store, calls } = counted(test.store);
    const engine = new Engine({ ...test.ports, store });
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(calls).toEqual(['loadRun', 'saveRun']);
    expect(test.log).toEqual(['observe', 'schedule-tick']);
    expect(stored(test.store, id).unwritten.at(-1)?.what.type).toBe('measurement');
  });

  it('made before an abort counts for nothing once the abort is stored', async () => {
    const test = await storedAt('observing');
    let looks = 0;
    Object.assign(test.ports, {
      observe: async () => {
        looks += 1;
        await test.engine.deliver(id, { type: 'abort', at: test.clock.time, by: 'somebody' });
        return { targets: [], evidence: [] };
      },
    });
    await new Engine(test.ports).deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(looks).toBe(1);
    expect(stored(test.store, id)).toMatchObject({ phase: 'reverting', abort: { code: 'person' } });
    const facts = (await test.store.readJournal(id)).map(({ what }) => what.type);
    expect(facts).not.toContain('measurement');
  });

  it('that hangs keeps its tick waiting no longer than its deadline, and no abort at all', async () => {
    const test = await storedAt('observing', { observe: () => never });
    const ticked = test.engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    await settled();
    void test.engine.deliver(id, { type: 'abort', at: test.clock.time, by: 'somebody' });
    await settled();
    expect(stored(test.store, id).abort).toEqual({ code: 'person', by: 'somebody' });
    await test.clock.advance(10_000);
    await ticked;
    expect(test.ticks.length).toBeGreaterThan(0);
  });
});

describe('the way to the first fault', () => {
  it('takes a save before each thing that changes more than records, and no other', async () => {
    const test = await storedAt('announced');
    const { store, calls } = counted(test.store);
    const phases: string[] = [];
    const watched = changed(test.store, {
      saveRun: (run, version) => (phases.push(run.phase), store.saveRun(run, version)),
    });
    test.clock.time += 1_000;
    const engine = new Engine({ ...test.ports, store: watched });
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(calls.filter((call) => call === 'saveRun')).toHaveLength(5);
    expect(phases).toEqual(['checking', 'injecting', 'injecting', 'observing', 'observing']);
  });

  it('is tried again by a later tick where something fails on it, not at once', async () => {
    const test = await storedAt('announced');
    let asked = 0;
    Object.assign(test.ports, { facts: () => ((asked += 1), Promise.reject(new Error('throttled'))) });
    test.clock.time += 1_000;
    const engine = new Engine(test.ports);
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(asked).toBe(1);
    expect(stored(test.store, id).phase).toBe('checking');
    test.clock.time += 1_000;
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(asked).toBe(2);
  });

  it('reads what stops a run once it is stored as injecting, never earlier', async () => {
    const test = await storedAt('announced');
    const storedThen: string[] = [];
    const store = changed(test.store, {
      readKillSwitch: () => {
        storedThen.push(stored(test.store, id).phase);
        return test.store.readKillSwitch();
      },
    });
    test.clock.time += 1_000;
    const engine = new Engine({ ...test.ports, store });
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(stored(test.store, id).phase).toBe('observing');
    expect(storedThen).toEqual(['injecting']);
  });
});

describe('the journal', () => {
  it('is written before the save that forgets it, many entries at once', async () => {
    const test = await storedAt('observing');
    const { store, calls } = counted(test.store);
    const engine = new Engine({ ...test.ports, store });
    for (let tick = 0; tick < 30; tick += 1) {
      test.clock.time += 1_000;
      await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    }
    const writes = calls.filter((call) => call === 'appendJournal').length;
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThan(4);
    expect(calls.filter((call) => call === 'saveRun')).toHaveLength(30);
    const seqs = (await test.store.readJournal(id)).map(({ seq }) => seq);
    expect(seqs).toEqual(
      Array.from({ length: stored(test.store, id).nextJournalSeq - 1 }, (_, index) => index + 1),
    );
    expect(stored(test.store, id).unwritten.length).toBeLessThan(20);
  });

  it('that cannot be written rides on, and delays nothing', async () => {
    const test = await storedAt('observing');
    const store = changed(test.store, { appendJournal: () => Promise.reject(new Error('throttled')) });
    const engine = new Engine({ ...test.ports, store });
    for (let tick = 0; tick < 30; tick += 1) {
      test.clock.time += 1_000;
      await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    }
    expect(stored(test.store, id).unwritten).toHaveLength(stored(test.store, id).nextJournalSeq - 1);
    await engine.deliver(id, { type: 'abort', at: test.clock.time, by: 'x' });
    expect(test.log).toContain('revert');
  });
});

describe('an alarm', () => {
  const watching = (name: string): Run => ({
    ...drivenTo('observing').run,
    id: name,
    experiment: { ...experiment, abort: { alarms: ['errors'] } },
    outbox: [],
  });

  it('is durable after one load and one save, before anything else', async () => {
    const test = testPorts();
    await test.store.createRun(watching('a'));
    await test.store.putUndo('a', unit.id, 'before');
    await test.store.watchAlarms('a', ['errors']);
    const { store, calls } = counted(test.store);
    await new Engine({ ...test.ports, store }).alarm('errors', 'ALARM', test.clock.time);
    expect(calls.slice(0, 3)).toEqual(['runsWatching', 'loadRun', 'saveRun']);
    expect(stored(test.store, 'a').abort).toMatchObject({ code: 'alarm' });
  });

  it('is durable in every run before the first of them is reverted, however many there are', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `run-${index}`);
    const test = testPorts();
    for (const name of names) {
      await test.store.createRun(watching(name));
      await test.store.putUndo(name, unit.id, 'before');
      await test.store.watchAlarms(name, ['errors']);
    }
    const aborted: number[] = [];
    test.driver.reverts = () => {
      aborted.push(names.filter((name) => stored(test.store, name).abort !== null).length);
      return Promise.resolve({ read: 'clean', detail: '' });
    };
    await new Engine(test.ports).alarm('errors', 'ALARM', test.clock.time);
    expect(aborted.length).toBeGreaterThan(0);
    expect(new Set(aborted)).toEqual(new Set([names.length]));
  });
});

describe('whatever stops a run', () => {
  const phases = ['announced', 'checking', 'injecting', 'observing', 'reverting', 'recovering'] as const;

  it.each(phases)('is stored first while the run is %s: nothing is looked at before', async (phase) => {
    const test = await storedAt(phase);
    const { store, calls } = counted(test.store);
    const engine = new Engine({ ...test.ports, store });
    await engine.deliver(id, { type: 'abort', at: test.clock.time, by: 'x' });
    expect(calls.slice(0, 2)).toEqual(calls.length === 1 ? ['loadRun'] : ['loadRun', 'saveRun']);
    expect(test.log.filter((what) => ['observe', 'gather-facts', 'capture'].includes(what))).toEqual([]);
  });
});

describe('a store that hangs', () => {
  const calls = ['loadRun', 'saveRun', 'createRun', 'addActive', 'listActive', 'runsWatching'] as const;

  it.each(calls)('fails %s at its deadline, and with it whoever handles the event', async (call) => {
    const test = await storedAt('observing');
    const engine = new Engine({ ...test.ports, store: changed(test.store, { [call]: () => never }) });
    const tick = tickOf(stored(test.store, id), test.clock.time);
    const work = {
      loadRun: () => engine.deliver(id, tick),
      saveRun: () => engine.deliver(id, tick),
      createRun: () => engine.request(requestOf()),
      addActive: () => engine.request(requestOf()),
      listActive: () => engine.sweep(),
      runsWatching: () => engine.alarm('errors', 'ALARM', 0),
    }[call]();
    const outcome = expect(work).rejects.toMatchObject({ code: 'deadline' });
    await settled();
    await test.clock.advance(5_000);
    await outcome;
  });
});

describe('changes of phase', () => {
  it('that are to be told at once go out with one call', async () => {
    const batches: number[][] = [];
    const test = testPorts({
      publish: (changes) => Promise.resolve(void batches.push(changes.map(({ seq }) => seq))),
    });
    const engine = new Engine(test.ports);
    await engine.request(requestOf());
    test.clock.time += 1_000;
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    expect(stored(test.store, id).phase).toBe('observing');
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('that could not be told all stay to be told', async () => {
    const test = testPorts({ publish: () => Promise.reject(new Error('bus is down')) });
    const engine = new Engine(test.ports);
    await engine.request(requestOf());
    test.clock.time += 1_000;
    await engine.deliver(id, tickOf(stored(test.store, id), test.clock.time));
    const waiting = stored(test.store, id).outbox.filter(({ command }) => command.type === 'publish');
    expect(waiting).toHaveLength(5);
  });
});

describe('the sweep', () => {
  it('costs one read per hundred healthy runs, and leaves them alone', async () => {
    const test = testPorts();
    const { run, at } = drivenTo('observing');
    for (let index = 0; index < 250; index += 1) {
      await test.store.addActive(`run-${index}`, at);
      await test.store.createRun({ ...run, id: `run-${index}`, outbox: [] });
    }
    test.clock.time = at;
    const { store, calls } = counted(test.store);
    await new Engine({ ...test.ports, store }).sweep();
    expect(calls).toEqual(['listActive', 'loadRuns', 'loadRuns', 'loadRuns']);
    expect(test.log).toEqual([]);
  });

  it('loads each run on its own where it cannot load them together', async () => {
    const test = testPorts();
    await test.store.addActive('a', test.clock.time);
    await test.store.createRun(runOf({ id: 'a' }));
    const store = changed(test.store, { loadRuns: () => Promise.reject(new Error('throttled')) });
    test.clock.time += 20_000;
    await new Engine({ ...test.ports, store }).sweep();
    expect(stored(test.store, 'a').phase).toBe('announced');
  });
});
