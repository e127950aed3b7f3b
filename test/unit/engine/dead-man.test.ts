import { revertAll, type DeadManInput } from '../../../src/engine/dead-man.ts';
import { drivenTo, unit } from '../core/decide-support.ts';
import { never, settled, testPorts } from './support.ts';

function armed(): { input: DeadManInput } & ReturnType<typeof testPorts> {
  const { run } = drivenTo('observing');
  const [of] = run.units;
  if (of === undefined) throw new Error('No unit');
  return { ...testPorts(), input: { run, units: [{ unit: of, epoch: 4, undo: 'before' }] } };
}

describe('the dead-man', () => {
  it('reverts by what it was handed, and needs neither the run nor its undo record', async () => {
    const { ports, store, driver, input } = armed();
    const seen: unknown[] = [];
    driver.reverts = ({ undo, epoch }) => {
      seen.push([undo, epoch]);
      return Promise.resolve({ read: 'clean', detail: '' });
    };
    expect(await revertAll({ ...ports, leases: store }, input)).toEqual([{ read: 'clean', detail: '' }]);
    expect(seen).toEqual([['before', 4]]);
  });

  it('goes ahead where the table is gone, answering or not', async () => {
    const { ports, store, clock, log, input } = armed();
    store.takeLease = () => Promise.reject(new Error('no such table'));
    await revertAll({ ...ports, leases: store }, input);
    store.takeLease = () => never;
    const hanging = revertAll({ ...ports, leases: store }, input);
    await settled();
    await clock.advance(10_000);
    await hanging;
    expect(log).toEqual(['revert', 'revert']);
  });

  it('comes to its end where the table does not answer once its lease is to be given back', async () => {
    const { ports, store, clock, log, input } = armed();
    store.releaseLease = () => never;
    const reverted = revertAll({ ...ports, leases: store }, input);
    await settled();
    await clock.advance(10_000);
    await reverted;
    expect(log).toEqual(['revert']);
  });

  it('waits its turn where somebody else is changing the resource, and gives the lease back', async () => {
    const { ports, store, clock, log, input } = armed();
    const lease = { holder: 'p9', kind: 'revert', now: clock.time, until: clock.time + 9_000 } as const;
    await store.takeLease(unit.resource, lease);
    await expect(revertAll({ ...ports, leases: store }, input)).rejects.toThrow('1 units');
    expect(log).toEqual([]);
    await store.releaseLease(unit.resource, 'p9');
    await revertAll({ ...ports, leases: store }, input);
    expect(log).toEqual(['revert']);
    expect(store.locks.get(unit.resource)?.lease).toBeNull();
  });

  it('fails where its change still shows, so that it is called again', async () => {
    const { ports, store, driver, input } = armed();
    driver.reverts = () => Promise.resolve({ read: 'ours', detail: '' });
    await expect(revertAll({ ...ports, leases: store }, input)).rejects.toThrow(AggregateError);
  });

  it.each(['drift', 'absent'] as const)('is content with %s: nothing of ours is left', async (read) => {
    const { ports, store, driver, input } = armed();
    driver.reverts = () => Promise.resolve({ read, detail: '' });
    expect(await revertAll({ ...ports, leases: store }, input)).toHaveLength(1);
  });

  it('reverts the others where one cannot be reverted', async () => {
    const { ports, store, driver, input, log } = armed();
    const [first] = input.units;
    if (first === undefined) throw new Error('No unit');
    const second = { ...first, unit: { ...first.unit, id: 'dose:b', resource: 'dose:b' } };
    driver.reverts = ({ unit: { id } }) =>
      id === 'dose:b'
        ? Promise.resolve({ read: 'clean', detail: '' })
        : Promise.reject(new Error('throttled'));
    const all = revertAll({ ...ports, leases: store }, { ...input, units: [first, second] });
    await expect(all).rejects.toThrow('1 units of run');
    expect(log).toEqual(['revert', 'revert']);
  });
});
