import type { EpochMs } from '../core/ids.ts';
import { type DynamoDbTable, type Item, number, text } from './dynamodb-table.ts';

/** Something as it was registered. Each change of its file is a new version; earlier ones are kept. */
export interface Entry<T> {
  readonly name: string;
  readonly version: number;
  readonly body: T;
  readonly text: string;
  readonly file: string;
  readonly registeredAt: EpochMs;
  readonly registeredBy: string;
}

/** As it was read, with whatever else the item holds. */
export interface Found<T> extends Entry<T> {
  readonly item: Item;
}

/** What happened with an entry: a run, a session. */
export interface Occasion {
  readonly id: string;
  readonly at: EpochMs;
}

/** Occasions are kept in the list as long as what they name. */
const keptS = 90 * 24 * 60 * 60;
const absent = { if: 'attribute_not_exists(pk)' } as const;

/**
 * Named things with their versions, in the control table. Keys: `PARTITION` (one item per name), `OWN#NAME`
 * (`version#N`, `KIND#TIME#ID`).
 */
export class VersionedCatalogue<T> {
  readonly #table: DynamoDbTable;
  readonly #partition: string;
  readonly #own: (name: string) => string;
  readonly #kind: string;

  constructor(table: DynamoDbTable, keys: { partition: string; own: string; occasion: string }) {
    this.#table = table;
    this.#partition = keys.partition;
    this.#own = (name) => `${keys.own}#${name}`;
    this.#kind = keys.occasion;
  }

  async get(name: string): Promise<Found<T> | undefined> {
    const item = await this.#table.get(this.#current(name));
    return item === undefined ? undefined : found<T>(item);
  }

  async list(): Promise<readonly Found<T>[]> {
    return (await this.#table.query(this.#partition, '')).map((item) => found<T>(item));
  }

  async lastVersion(name: string): Promise<number> {
    const [latest] = await this.#table.queryLatest(this.#own(name), 'version#', 1);
    return latest === undefined ? 0 : number(latest, 'version');
  }

  /** In the place of version `replaces`, or of nothing. `beside` goes into the item as it is. */
  async put(entry: Entry<T>, replaces: number | null, beside: Item = {}): Promise<'stored' | 'conflict'> {
    const { name, version } = entry;
    const item = { ...itemOf(entry), ...beside };
    // The version's own item decides between two at the same time.
    const claimed = await this.#table.put(
      { pk: this.#own(name), sk: `version#${padded(version)}` },
      item,
      absent,
    );
    if (!claimed) return 'conflict';
    const stored = await this.#table.put(
      this.#current(name),
      item,
      replaces === null
        ? absent
        : { if: 'version = :before', values: { ':before': { N: String(replaces) } } },
    );
    return stored ? 'stored' : 'conflict';
  }

  async remove(name: string): Promise<void> {
    await this.#table.delete(this.#current(name));
  }

  /** Again, it changes nothing. */
  async addOccasion(name: string, { id, at }: Occasion): Promise<void> {
    const sk = `${this.#kind}#${new Date(at).toISOString()}#${id}`;
    const ttl = Math.ceil(at / 1000) + keptS;
    await this.#table.put(
      { pk: this.#own(name), sk },
      { id: { S: id }, at: { N: String(at) }, ttl: { N: String(ttl) } },
    );
  }

  /** The latest first. */
  async occasionsOf(name: string, limit: number): Promise<readonly Occasion[]> {
    const items = await this.#table.queryLatest(this.#own(name), `${this.#kind}#`, limit);
    return items.map((item) => ({ id: text(item, 'id'), at: number(item, 'at') }));
  }

  #current(name: string): { pk: string; sk: string } {
    return { pk: this.#partition, sk: name };
  }
}

/** So that the order of the keys is the order of the versions. */
function padded(version: number): string {
  return String(version).padStart(6, '0');
}

function itemOf<T>({ version, body, file, registeredAt, registeredBy, ...rest }: Entry<T>): Item {
  return {
    version: { N: String(version) },
    body: { S: JSON.stringify(body) },
    text: { S: rest.text },
    file: { S: file },
    at: { N: String(registeredAt) },
    by: { S: registeredBy },
    name: { S: rest.name },
  };
}

function found<T>(item: Item): Found<T> {
  return {
    item,
    name: text(item, 'name'),
    version: number(item, 'version'),
    // Validated when it was registered, and written by nobody else.
    body: JSON.parse(text(item, 'body')) as T,
    text: text(item, 'text'),
    file: text(item, 'file'),
    registeredAt: number(item, 'at'),
    registeredBy: text(item, 'by'),
  };
}
