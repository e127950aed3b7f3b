import type { Stops } from '../core/facts.ts';
import type { EpochMs, ResourceId, RunId, UnitId } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';
import type { Json, Lease, Store } from '../engine/ports.ts';
import { type DynamoDbTable, type Item, number, text } from './dynamodb-table.ts';

const stateKey = (id: RunId): { pk: string; sk: string } => ({ pk: `run#${id}`, sk: 'state' });
const undoKey = (id: RunId, unit: UnitId): { pk: string; sk: string } => ({
  pk: `run#${id}`,
  sk: `undo#${unit}`,
});
const lockKey = (resource: ResourceId): { pk: string; sk: string } => ({
  pk: `lock#${resource}`,
  sk: 'lock',
});
const killSwitchKey = { pk: 'settings', sk: 'kill-switch' } as const;
/** What stands in a lock's owner while nobody holds it: locks are never deleted, since their epoch must never fall. */
const nobody = '-';

/** The control table. Keys: `run#ID` (state, undo#UNIT, journal#SEQ), `lock#RESOURCE`, `alarm#NAME`, `active`, `settings`. */
export class DynamoDbStore implements Store {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async createRun(run: Run): Promise<'created' | 'exists'> {
    const created = await this.#table.put(stateKey(run.id), runItem(run, 1), {
      if: 'attribute_not_exists(pk)',
    });
    return created ? 'created' : 'exists';
  }

  async loadRun(id: RunId): Promise<{ run: Run; version: number } | undefined> {
    const item = await this.#table.get(stateKey(id));
    return item === undefined
      ? undefined
      : { run: JSON.parse(text(item, 'body')) as Run, version: number(item, 'version') };
  }

  async saveRun(run: Run, version: number): Promise<'saved' | 'conflict'> {
    const saved = await this.#table.put(stateKey(run.id), runItem(run, version + 1), {
      if: 'version = :version',
      values: { ':version': { N: String(version) } },
    });
    return saved ? 'saved' : 'conflict';
  }

  async appendJournal(id: RunId, entries: readonly JournalEntry[]): Promise<void> {
    await this.#table.putAll(
      entries.map((entry) => ({
        pk: `run#${id}`,
        sk: `journal#${String(entry.seq).padStart(9, '0')}`,
        attributes: { body: { S: JSON.stringify(entry) } },
      })),
    );
  }

  async readJournal(id: RunId): Promise<readonly JournalEntry[]> {
    const items = await this.#table.query(`run#${id}`, 'journal#');
    return items.map((item) => JSON.parse(text(item, 'body')) as JournalEntry);
  }

  async putUndo(id: RunId, unit: UnitId, undo: Json): Promise<Json> {
    const stored = await this.#table.put(
      undoKey(id, unit),
      { body: { S: JSON.stringify(undo) } },
      { if: 'attribute_not_exists(pk)' },
    );
    if (stored) return undo;
    const earlier = await this.readUndo(id, unit);
    if (earlier === undefined) throw new Error(`Undo record ${id}/${unit} exists and cannot be read`);
    return earlier;
  }

  async readUndo(id: RunId, unit: UnitId): Promise<Json | undefined> {
    const item = await this.#table.get(undoKey(id, unit));
    return item === undefined ? undefined : (JSON.parse(text(item, 'body')) as Json);
  }

  async lock(resource: ResourceId, owner: RunId): Promise<{ epoch: number } | { heldBy: RunId }> {
    const granted = await this.#own(
      resource,
      owner,
      'attribute_not_exists(#owner) OR #owner = :expected',
      nobody,
    );
    if (granted !== undefined) return { epoch: number(granted, 'epoch') };
    return this.#holder(resource, owner);
  }

  async takeOver(
    resource: ResourceId,
    from: RunId,
    owner: RunId,
  ): Promise<{ epoch: number } | { heldBy: RunId }> {
    const granted = await this.#own(resource, owner, '#owner = :expected', from);
    if (granted !== undefined) return { epoch: number(granted, 'epoch') };
    return this.#holder(resource, owner);
  }

  async unlock(resource: ResourceId, owner: RunId): Promise<void> {
    // Where the condition does not hold, the lock is another run's, or free: both are what was wanted.
    await this.#table.update(lockKey(resource), 'SET #owner = :nobody', {
      if: '#owner = :owner',
      names: { '#owner': 'owner' },
      values: { ':owner': { S: owner }, ':nobody': { S: nobody } },
    });
  }

  async takeLease(resource: ResourceId, lease: Lease): Promise<boolean> {
    // The same holder again is a request whose first answer was lost.
    const free = 'attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseHolder = :holder';
    const taken = await this.#table.update(
      lockKey(resource),
      'SET leaseHolder = :holder, leaseKind = :kind, leaseUntil = :until',
      {
        if: lease.kind === 'revert' ? `${free} OR leaseKind = :apply` : free,
        values: {
          ':holder': { S: lease.holder },
          ':kind': { S: lease.kind },
          ':until': { N: String(lease.until) },
          ':now': { N: String(lease.now) },
          ...(lease.kind === 'revert' ? { ':apply': { S: 'apply' } } : {}),
        },
      },
    );
    return taken !== undefined;
  }

  async releaseLease(resource: ResourceId, holder: string): Promise<void> {
    await this.#table.update(lockKey(resource), 'REMOVE leaseHolder, leaseKind, leaseUntil', {
      if: 'leaseHolder = :holder',
      values: { ':holder': { S: holder } },
    });
  }

  async addActive(id: RunId, at: EpochMs): Promise<void> {
    await this.#table.put({ pk: 'active', sk: id }, { at: { N: String(at) } });
  }

  async removeActive(id: RunId): Promise<void> {
    await this.#table.delete({ pk: 'active', sk: id });
  }

  async listActive(): Promise<readonly { id: RunId; at: EpochMs }[]> {
    const items = await this.#table.query('active', '');
    return items.map((item) => ({ id: text(item, 'sk'), at: number(item, 'at') }));
  }

  async watchAlarms(id: RunId, alarms: readonly string[]): Promise<void> {
    await this.#table.putAll(alarms.map((alarm) => ({ pk: `alarm#${alarm}`, sk: id, attributes: {} })));
  }

  async unwatchAlarms(id: RunId, alarms: readonly string[]): Promise<void> {
    for (const alarm of alarms) await this.#table.delete({ pk: `alarm#${alarm}`, sk: id });
  }

  async runsWatching(alarm: string): Promise<readonly RunId[]> {
    return (await this.#table.query(`alarm#${alarm}`, '')).map((item) => text(item, 'sk'));
  }

  async readKillSwitch(): Promise<Stops['killSwitch']> {
    return killSwitchOf(await this.#table.get(killSwitchKey));
  }

  async setKillSwitch(on: boolean): Promise<Stops['killSwitch']> {
    const after = await this.#table.update(
      killSwitchKey,
      'SET #on = :on, generation = if_not_exists(generation, :zero) + :thrown',
      {
        names: { '#on': 'on' },
        values: { ':on': { BOOL: on }, ':zero': { N: '0' }, ':thrown': { N: on ? '1' : '0' } },
      },
    );
    return killSwitchOf(after);
  }

  /** One more owner, one higher epoch. Undefined where the expected owner was not there. */
  #own(resource: ResourceId, owner: RunId, condition: string, expected: string): Promise<Item | undefined> {
    return this.#table.update(
      lockKey(resource),
      'SET #owner = :owner, epoch = if_not_exists(epoch, :zero) + :one',
      {
        if: condition,
        names: { '#owner': 'owner' },
        values: {
          ':owner': { S: owner },
          ':expected': { S: expected },
          ':zero': { N: '0' },
          ':one': { N: '1' },
        },
      },
    );
  }

  async #holder(resource: ResourceId, owner: RunId): Promise<{ epoch: number } | { heldBy: RunId }> {
    const item = await this.#table.get(lockKey(resource));
    if (item === undefined) throw new Error(`Lock ${resource} is neither free nor held`);
    const holder = text(item, 'owner');
    return holder === owner ? { epoch: number(item, 'epoch') } : { heldBy: holder };
  }
}

function runItem(run: Run, version: number): Item {
  return { version: { N: String(version) }, phase: { S: run.phase }, body: { S: JSON.stringify(run) } };
}

function killSwitchOf(item: Item | undefined): Stops['killSwitch'] {
  return item === undefined
    ? { on: false, generation: 0 }
    : { on: item['on']?.BOOL === true, generation: number(item, 'generation') };
}
