import type { Stops } from '../core/facts.ts';
import type { EpochMs, ResourceId, RunId, UnitId } from '../core/ids.ts';
import type { JournalEntry } from '../core/journal.ts';
import type { Run } from '../core/run.ts';
import type { ActiveRun, Granted, Json, Lease, Store, StoredRun } from '../engine/ports.ts';
import { keepMs } from '../engine/keep.ts';
import { type DynamoDbTable, type Item, type Key, number, text } from './dynamodb-table.ts';

const stateKey = (id: RunId): Key => ({ pk: `run#${id}`, sk: 'state' });
const undoKey = (id: RunId, unit: UnitId): Key => ({
  pk: `run#${id}`,
  sk: `undo#${unit}`,
});
const lockKey = (resource: ResourceId): Key => ({
  pk: `lock#${resource}`,
  sk: 'lock',
});
const activeKey = (id: RunId): Key => ({ pk: 'active', sk: id });
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

  async loadRun(id: RunId): Promise<StoredRun | undefined> {
    const [stored] = await this.loadRuns([id]);
    return stored;
  }

  async loadRuns(ids: readonly RunId[]): Promise<readonly StoredRun[]> {
    const items = await this.#table.getAll([killSwitchKey, ...ids.map(stateKey)]);
    const killSwitch = killSwitchOf(items.find((item) => text(item, 'pk') === killSwitchKey.pk));
    return items
      .filter((item) => text(item, 'sk') === 'state')
      .map((item) => ({ run: runFrom(item), version: number(item, 'version'), killSwitch }));
  }

  async saveRun(run: Run, version: number): Promise<'saved' | 'conflict'> {
    const saved = await this.#table.put(stateKey(run.id), runItem(run, version + 1), {
      if: 'version = :version',
      values: { ':version': { N: String(version) } },
    });
    return saved ? 'saved' : 'conflict';
  }

  async appendJournal(id: RunId, entries: readonly JournalEntry[]): Promise<void> {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return;
    // A late write of some entries must not replace a later one of more: each range has an item of its own.
    await this.#table.put(
      { pk: `run#${id}`, sk: `journal#${digits(first.seq)}-${digits(last.seq)}` },
      { body: { S: JSON.stringify(entries) }, ...expiry(last.at + keepMs) },
    );
  }

  async readJournal(id: RunId): Promise<readonly JournalEntry[]> {
    // The run comes first: what it gives up in between is in the items by then.
    const stored = await this.#table.get(stateKey(id));
    const riding = stored === undefined ? [] : runFrom(stored).unwritten;
    const items = await this.#table.query(`run#${id}`, 'journal#');
    const written = items.flatMap((item) => JSON.parse(text(item, 'body')) as JournalEntry[]);
    const all = new Map([...written, ...riding].map((entry) => [entry.seq, entry]));
    return [...all.values()].sort((a, b) => a.seq - b.seq);
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

  async expireUndo(id: RunId, units: readonly UnitId[], at: EpochMs): Promise<void> {
    for (const unit of units)
      await this.#table.update(undoKey(id, unit), 'SET #ttl = :ttl', {
        if: 'attribute_exists(pk)',
        names: { '#ttl': 'ttl' },
        values: { ':ttl': { N: seconds(at) } },
      });
  }

  async lock(resource: ResourceId, owner: RunId): Promise<Granted | { heldBy: RunId }> {
    const granted = await this.#own(
      resource,
      owner,
      'attribute_not_exists(#owner) OR #owner = :expected',
      nobody,
    );
    if (granted !== undefined) return grantedBy(granted);
    return this.#holder(resource, owner);
  }

  async takeOver(resource: ResourceId, from: RunId, owner: RunId): Promise<Granted | { heldBy: RunId }> {
    const granted = await this.#own(resource, owner, '#owner = :expected', from);
    if (granted !== undefined) return grantedBy(granted);
    return this.#holder(resource, owner);
  }

  async unlock(resource: ResourceId, owner: RunId, usedAt: EpochMs | null): Promise<void> {
    const used = usedAt === null ? undefined : { ':usedAt': { N: String(usedAt) } };
    // Where the condition does not hold, the lock is another run's, or free: both are what was wanted.
    await this.#table.update(
      lockKey(resource),
      used === undefined ? 'SET #owner = :nobody' : 'SET #owner = :nobody, usedAt = :usedAt',
      {
        if: '#owner = :owner',
        names: { '#owner': 'owner' },
        values: { ':owner': { S: owner }, ':nobody': { S: nobody }, ...used },
      },
    );
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
    await this.#table.update(activeKey(id), 'SET #at = :at', {
      names: { '#at': 'at' },
      values: { ':at': { N: String(at) } },
    });
  }

  async setUnderWay(id: RunId, underWay: boolean): Promise<void> {
    await this.#table.update(activeKey(id), 'SET underWay = :underWay', {
      if: 'attribute_exists(pk)',
      values: { ':underWay': { BOOL: underWay } },
    });
  }

  async removeActive(id: RunId): Promise<void> {
    await this.#table.delete(activeKey(id));
  }

  async listActive(): Promise<readonly ActiveRun[]> {
    const items = await this.#table.query('active', '');
    return items.map((item) => ({
      id: text(item, 'sk'),
      at: number(item, 'at'),
      underWay: item['underWay']?.BOOL === true,
    }));
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

  async setKillSwitch(on: boolean, at: EpochMs): Promise<Stops['killSwitch']> {
    return on ? this.#throwKillSwitch(at) : this.#releaseKillSwitch(at);
  }

  async #throwKillSwitch(at: EpochMs): Promise<Stops['killSwitch']> {
    const after = await this.#table.update(
      killSwitchKey,
      'SET #on = :on, thrownAt = :at, generation = if_not_exists(generation, :zero) + :one',
      {
        names: { '#on': 'on' },
        values: { ':on': { BOOL: true }, ':at': { N: String(at) }, ':zero': { N: '0' }, ':one': { N: '1' } },
      },
    );
    return killSwitchOf(after);
  }

  async #releaseKillSwitch(at: EpochMs): Promise<Stops['killSwitch']> {
    const after = await this.#table.update(
      killSwitchKey,
      'SET #on = :on, generation = if_not_exists(generation, :zero)',
      {
        if: 'attribute_not_exists(thrownAt) OR thrownAt <= :at',
        names: { '#on': 'on' },
        values: { ':on': { BOOL: false }, ':at': { N: String(at) }, ':zero': { N: '0' } },
      },
    );
    return after === undefined ? this.readKillSwitch() : killSwitchOf(after);
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

  async #holder(resource: ResourceId, owner: RunId): Promise<Granted | { heldBy: RunId }> {
    const item = await this.#table.get(lockKey(resource));
    if (item === undefined) throw new Error(`Lock ${resource} is neither free nor held`);
    const holder = text(item, 'owner');
    return holder === owner ? grantedBy(item) : { heldBy: holder };
  }
}

function grantedBy(item: Item): Granted {
  return {
    epoch: number(item, 'epoch'),
    usedAt: item['usedAt'] === undefined ? null : number(item, 'usedAt'),
  };
}

function runItem(run: Run, version: number): Item {
  return {
    version: { N: String(version) },
    phase: { S: run.phase },
    body: { S: JSON.stringify(run) },
    // Only a run that has ended may go, and with it the marker of its slot: long after any archive has forgotten that.
    ...(run.endedAt === null ? {} : expiry(run.endedAt + keepMs)),
  };
}

function runFrom(item: Item): Run {
  return JSON.parse(text(item, 'body')) as Run;
}

function digits(seq: number): string {
  return String(seq).padStart(9, '0');
}

/** When DynamoDB may delete the item. */
function expiry(at: EpochMs): Item {
  return { ttl: { N: seconds(at) } };
}

function seconds(at: EpochMs): string {
  return String(Math.ceil(at / 1_000));
}

function killSwitchOf(item: Item | undefined): Stops['killSwitch'] {
  return item === undefined
    ? { on: false, generation: 0 }
    : { on: item['on']?.BOOL === true, generation: number(item, 'generation') };
}
