import type { JournalEntry } from '../../src/core/journal.ts';
import type { Lease, Store } from '../../src/engine/ports.ts';
import { at, runOf } from './samples.ts';

export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** What every control table promises, whoever keeps it. */
export function describeStore(name: string, open: () => Promise<OpenStore>): void {
  describe(`control table: ${name}`, () => {
    let opened: OpenStore;
    let store: Store;
    let n = 0;
    beforeAll(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterAll(() => opened.close());
    const fresh = (what: string): string => `${what}-${(n += 1)}`;

    describe('runs', () => {
      it('is created once per slot: the second request changes nothing (L19, L25)', async () => {
        const run = runOf({ id: fresh('run') });
        expect(await store.createRun(run)).toBe('created');
        expect(await store.createRun({ ...run, phase: 'ended' })).toBe('exists');
        expect(await store.loadRun(run.id)).toMatchObject({ run, version: 1 });
      });

      it('does not know a run that was never created', async () => {
        expect(await store.loadRun(fresh('run'))).toBeUndefined();
      });

      it('saves on the version that was loaded, and on no other', async () => {
        const run = runOf({ id: fresh('run') });
        await store.createRun(run);
        expect(await store.saveRun({ ...run, phase: 'announced' }, 1)).toBe('saved');
        expect(await store.saveRun({ ...run, phase: 'ended' }, 1)).toBe('conflict');
        expect(await store.saveRun({ ...run, phase: 'ended' }, 3)).toBe('conflict');
        const loaded = await store.loadRun(run.id);
        expect([loaded?.run.phase, loaded?.version]).toEqual(['announced', 2]);
      });

      it('does not save a run that was never created', async () => {
        expect(await store.saveRun(runOf({ id: fresh('run') }), 1)).toBe('conflict');
      });

      it('loads many at once, with the kill switch as it is', async () => {
        const ids = Array.from({ length: 120 }, () => fresh('run'));
        for (const id of ids) await store.createRun(runOf({ id }));
        const killSwitch = await store.readKillSwitch();
        const loaded = await store.loadRuns([...ids, fresh('nobody')]);
        expect(loaded.map(({ run }) => run.id).sort()).toEqual([...ids].sort());
        expect(loaded.every(({ version }) => version === 1)).toBe(true);
        expect(loaded[0]?.killSwitch).toEqual(killSwitch);
        const thrown = await store.setKillSwitch(true, 1_000);
        expect((await store.loadRun(ids[0] ?? ''))?.killSwitch).toEqual(thrown);
        await store.setKillSwitch(false, 1_000);
        expect(await store.loadRuns([])).toEqual([]);
      });

      it('loads many that are too large for one answer', async () => {
        const ids = Array.from({ length: 90 }, () => fresh('run'));
        const requestedBy = 'x'.repeat(70_000);
        for (const id of ids) await store.createRun(runOf({ id, requestedBy }));
        const loaded = await store.loadRuns(ids);
        expect(loaded.map(({ run }) => run.id).sort()).toEqual([...ids].sort());
      });

      it('lets one of several writers win', async () => {
        const run = runOf({ id: fresh('run') });
        await store.createRun(run);
        const writes = await Promise.all([1, 2, 3, 4, 5].map((seq) => store.saveRun({ ...run, seq }, 1)));
        expect(writes.filter((result) => result === 'saved')).toHaveLength(1);
      });
    });

    describe('journal', () => {
      const entry = (seq: number, detail = ''): JournalEntry => ({
        seq,
        at,
        what: { type: 'event', event: 'e', detail },
      });

      it('holds each entry once, in order, however often and in whatever order it is written', async () => {
        const id = fresh('run');
        await store.appendJournal(id, [entry(10), entry(11)]);
        await store.appendJournal(id, [entry(2), entry(10)]);
        await store.appendJournal(id, [entry(10), entry(11)]);
        expect(await store.readJournal(id)).toEqual([entry(2), entry(10), entry(11)]);
      });

      it('keeps what a longer write had, when a shorter one comes late', async () => {
        const id = fresh('run');
        await store.appendJournal(id, [entry(1), entry(2), entry(3)]);
        await store.appendJournal(id, [entry(1), entry(2)]);
        expect(await store.readJournal(id)).toEqual([entry(1), entry(2), entry(3)]);
      });

      it('shows what still rides in its run, each entry once', async () => {
        const id = fresh('run');
        await store.createRun({ ...runOf({ id }), unwritten: [entry(2), entry(3)] });
        await store.appendJournal(id, [entry(1), entry(2)]);
        expect(await store.readJournal(id)).toEqual([entry(1), entry(2), entry(3)]);
      });

      it('takes more entries at once than a batch of DynamoDB does, and no entries at all', async () => {
        const id = fresh('run');
        const entries = Array.from({ length: 60 }, (_, index) => entry(index + 1));
        await store.appendJournal(id, entries);
        await store.appendJournal(id, []);
        expect(await store.readJournal(id)).toEqual(entries);
      });

      it('is read as a whole beyond one page of 1 MB', async () => {
        const id = fresh('run');
        const long = 'x'.repeat(60_000);
        const entries = Array.from({ length: 45 }, (_, index) => entry(index + 1, long));
        for (let start = 0; start < entries.length; start += 5)
          await store.appendJournal(id, entries.slice(start, start + 5));
        expect((await store.readJournal(id)).map(({ seq }) => seq)).toEqual(entries.map(({ seq }) => seq));
      });
    });

    describe('undo records', () => {
      it('are written once: a retried capture gets the record that is durable', async () => {
        const id = fresh('run');
        expect(await store.putUndo(id, 'dose:a', { value: 'before' })).toEqual({ value: 'before' });
        expect(await store.putUndo(id, 'dose:a', { value: 'our own change' })).toEqual({ value: 'before' });
        expect(await store.readUndo(id, 'dose:a')).toEqual({ value: 'before' });
      });

      it('keep "was not set" apart from "was never captured" (L5)', async () => {
        const id = fresh('run');
        await store.putUndo(id, 'dose:a', null);
        expect(await store.putUndo(id, 'dose:a', { value: 'later' })).toBeNull();
        expect(await store.readUndo(id, 'dose:a')).toBeNull();
        expect(await store.readUndo(id, 'dose:b')).toBeUndefined();
      });
    });

    describe('locks', () => {
      it('have one owner; to the same owner they are granted again under the same epoch', async () => {
        const resource = fresh('dose:fn');
        expect(await store.lock(resource, 'run-a')).toEqual({ epoch: 1, usedAt: null });
        expect(await store.lock(resource, 'run-b')).toEqual({ heldBy: 'run-a' });
        expect(await store.lock(resource, 'run-a')).toEqual({ epoch: 1, usedAt: null });
      });

      it('have an epoch that rises with every new owner and never falls, freed or not', async () => {
        const resource = fresh('dose:fn');
        const epochs: unknown[] = [];
        for (const owner of ['run-a', 'run-b', 'run-a']) {
          epochs.push(await store.lock(resource, owner));
          await store.unlock(resource, owner, null);
          await store.unlock(resource, owner, null);
        }
        epochs.push(await store.lock(resource, 'run-c'));
        epochs.push(await store.takeOver(resource, 'run-c', 'run-d'));
        expect(epochs).toEqual([1, 2, 3, 4, 5].map((epoch) => ({ epoch, usedAt: null })));
      });

      it('are freed by their owner only, and freeing what was never locked does nothing', async () => {
        const resource = fresh('dose:fn');
        await store.unlock(resource, 'run-a', null);
        await store.lock(resource, 'run-a');
        await store.unlock(resource, 'run-b', null);
        expect(await store.lock(resource, 'run-b')).toEqual({ heldBy: 'run-a' });
      });

      it('tell when a run that had changed it left the resource last', async () => {
        const resource = fresh('dose:fn');
        expect(await store.lock(resource, 'run-a')).toEqual({ epoch: 1, usedAt: null });
        await store.unlock(resource, 'run-b', 1_000);
        await store.unlock(resource, 'run-a', 2_000);
        await store.unlock(resource, 'run-a', 3_000);
        expect(await store.lock(resource, 'run-c')).toEqual({ epoch: 2, usedAt: 2_000 });
        await store.unlock(resource, 'run-c', null);
        expect(await store.lock(resource, 'run-d')).toEqual({ epoch: 3, usedAt: 2_000 });
        expect(await store.lock(resource, 'run-d')).toEqual({ epoch: 3, usedAt: 2_000 });
        expect(await store.takeOver(resource, 'run-d', 'run-e')).toEqual({ epoch: 4, usedAt: 2_000 });
      });

      it('are taken over from the named owner only, and once', async () => {
        const resource = fresh('dose:fn');
        await store.lock(resource, 'run-a');
        expect(await store.takeOver(resource, 'run-x', 'run-b')).toEqual({ heldBy: 'run-a' });
        expect(await store.takeOver(resource, 'run-a', 'run-b')).toEqual({ epoch: 2, usedAt: null });
        expect(await store.takeOver(resource, 'run-a', 'run-c')).toEqual({ heldBy: 'run-b' });
        expect(await store.takeOver(resource, 'run-a', 'run-b')).toEqual({ epoch: 2, usedAt: null });
      });

      it('go to one of several who ask at once', async () => {
        const resource = fresh('dose:fn');
        const owners = ['run-a', 'run-b', 'run-c', 'run-d'];
        const granted = await Promise.all(owners.map((owner) => store.lock(resource, owner)));
        expect(granted.filter((one) => 'epoch' in one)).toEqual([{ epoch: 1, usedAt: null }]);
      });
    });

    describe('leases', () => {
      const lease = (holder: string, kind: Lease['kind'], now: number, ms = 10_000): Lease => ({
        holder,
        kind,
        now,
        until: now + ms,
      });

      it('let one effect at a time at a resource', async () => {
        const resource = fresh('dose:fn');
        expect(await store.takeLease(resource, lease('p1', 'revert', at))).toBe(true);
        expect(await store.takeLease(resource, lease('p2', 'revert', at + 1))).toBe(false);
        expect(await store.takeLease(resource, lease('p2', 'apply', at + 1))).toBe(false);
      });

      it('are granted again to their holder, whose first answer was lost', async () => {
        const resource = fresh('dose:fn');
        await store.takeLease(resource, lease('p1', 'revert', at));
        expect(await store.takeLease(resource, lease('p1', 'revert', at + 1))).toBe(true);
      });

      it('of an apply are taken by a revert, never the other way round', async () => {
        const resource = fresh('dose:fn');
        await store.takeLease(resource, lease('p1', 'apply', at));
        expect(await store.takeLease(resource, lease('p2', 'apply', at + 1))).toBe(false);
        expect(await store.takeLease(resource, lease('p3', 'revert', at + 2))).toBe(true);
        expect(await store.takeLease(resource, lease('p4', 'apply', at + 3))).toBe(false);
      });

      it('run out by themselves', async () => {
        const resource = fresh('dose:fn');
        await store.takeLease(resource, lease('p1', 'revert', at, 10_000));
        expect(await store.takeLease(resource, lease('p2', 'apply', at + 10_000))).toBe(false);
        expect(await store.takeLease(resource, lease('p2', 'apply', at + 10_001))).toBe(true);
      });

      it('are given back by their holder only', async () => {
        const resource = fresh('dose:fn');
        await store.releaseLease(resource, 'p1');
        await store.takeLease(resource, lease('p1', 'revert', at));
        await store.releaseLease(resource, 'p2');
        expect(await store.takeLease(resource, lease('p2', 'revert', at + 1))).toBe(false);
        await store.releaseLease(resource, 'p1');
        expect(await store.takeLease(resource, lease('p2', 'revert', at + 1))).toBe(true);
      });

      it('leave the lock and its epoch as they are', async () => {
        const resource = fresh('dose:fn');
        await store.takeLease(resource, lease('p0', 'revert', at));
        await store.releaseLease(resource, 'p0');
        expect(await store.lock(resource, 'run-a')).toEqual({ epoch: 1, usedAt: null });
        await store.takeLease(resource, lease('p1', 'apply', at));
        expect(await store.lock(resource, 'run-b')).toEqual({ heldBy: 'run-a' });
        await store.releaseLease(resource, 'p1');
        expect(await store.lock(resource, 'run-a')).toEqual({ epoch: 1, usedAt: null });
      });
    });

    describe('active runs', () => {
      it('are listed until they are removed, each once', async () => {
        const [a, b] = [fresh('run'), fresh('run')];
        await store.addActive(a, at);
        await store.addActive(b, at);
        await store.addActive(a, at + 5);
        const mine = (await store.listActive()).filter(({ id }) => id === a || id === b);
        expect([...mine].sort((x, y) => x.at - y.at)).toEqual([
          { id: b, at, underWay: false },
          { id: a, at: at + 5, underWay: false },
        ]);
        await store.removeActive(a);
        await store.removeActive(a);
        expect((await store.listActive()).map(({ id }) => id)).not.toContain(a);
        expect((await store.listActive()).map(({ id }) => id)).toContain(b);
      });
    });

    describe('runs under way', () => {
      const underWay = async (id: string): Promise<boolean | undefined> =>
        (await store.listActive()).find((entry) => entry.id === id)?.underWay;

      it('are marked until they are not, whatever else is known of them', async () => {
        const id = fresh('run');
        await store.addActive(id, at);
        await store.setUnderWay(id, true);
        expect(await underWay(id)).toBe(true);
        await store.addActive(id, at + 5);
        expect(await underWay(id)).toBe(true);
        await store.setUnderWay(id, false);
        expect(await underWay(id)).toBe(false);
      });

      it('are active ones: a mark that comes late makes no entry', async () => {
        const id = fresh('run');
        await store.setUnderWay(id, true);
        expect(await underWay(id)).toBeUndefined();
      });
    });

    describe('alarms', () => {
      it('lead to the runs that watch them, and to no others', async () => {
        const [errors, latency] = [fresh('errors'), fresh('latency')];
        await store.watchAlarms('run-a', [errors, latency]);
        await store.watchAlarms('run-b', [errors]);
        await store.watchAlarms('run-a', [errors]);
        expect([...(await store.runsWatching(errors))].sort()).toEqual(['run-a', 'run-b']);
        await store.unwatchAlarms('run-a', [errors, latency]);
        await store.unwatchAlarms('run-a', [errors, latency]);
        expect(await store.runsWatching(errors)).toEqual(['run-b']);
        expect(await store.runsWatching(latency)).toEqual([]);
      });
    });

    describe('kill switch', () => {
      it('counts how often it was thrown, and only that', async () => {
        const { generation } = await store.readKillSwitch();
        expect(await store.setKillSwitch(false, 1_000)).toEqual({ on: false, generation });
        expect(await store.setKillSwitch(true, 1_000)).toEqual({ on: true, generation: generation + 1 });
        expect(await store.setKillSwitch(true, 1_000)).toEqual({ on: true, generation: generation + 2 });
        expect(await store.setKillSwitch(false, 1_000)).toEqual({ on: false, generation: generation + 2 });
        expect(await store.readKillSwitch()).toEqual({ on: false, generation: generation + 2 });
      });

      it('stays on where it was thrown after somebody had asked to release it', async () => {
        const { generation } = await store.setKillSwitch(true, 5_000);
        expect(await store.setKillSwitch(false, 4_999)).toEqual({ on: true, generation });
        expect(await store.readKillSwitch()).toEqual({ on: true, generation });
        expect(await store.setKillSwitch(false, 5_000)).toEqual({ on: false, generation });
      });
    });
  });
}
