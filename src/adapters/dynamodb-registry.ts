import type { Experiment } from '../generated/types.ts';
import type { Registered, Registry, RunEntry } from '../registry/registry.ts';
import { type DynamoDbTable, type Item, number, text } from './dynamodb-table.ts';

const catalogue = 'experiments';
const currentKey = (name: string): { pk: string; sk: string } => ({ pk: catalogue, sk: name });
const own = (name: string): string => `experiment#${name}`;
/** Runs are kept in the list as long as the runs themselves. */
const keptRunsS = 90 * 24 * 60 * 60;

/** In the control table. Keys: `experiments` (one item per name), `experiment#NAME` (`version#N`, `run#TIME#ID`). */
export class DynamoDbRegistry implements Registry {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async get(name: string): Promise<Registered | undefined> {
    const item = await this.#table.get(currentKey(name));
    return item === undefined ? undefined : registeredOf(item);
  }

  async list(): Promise<readonly Registered[]> {
    return (await this.#table.query(catalogue, '')).map(registeredOf);
  }

  async lastVersion(name: string): Promise<number> {
    const [latest] = await this.#table.queryLatest(own(name), 'version#', 1);
    return latest === undefined ? 0 : number(latest, 'version');
  }

  async put(registered: Registered, replaces: number | null): Promise<'stored' | 'conflict'> {
    const { name, version } = registered;
    const item = itemOf(registered);
    const absent = { if: 'attribute_not_exists(pk)' } as const;
    // The version's own item decides between two at the same time.
    const claimed = await this.#table.put({ pk: own(name), sk: `version#${padded(version)}` }, item, absent);
    if (!claimed) return 'conflict';
    const stored = await this.#table.put(
      currentKey(name),
      item,
      replaces === null
        ? absent
        : { if: 'version = :before', values: { ':before': { N: String(replaces) } } },
    );
    return stored ? 'stored' : 'conflict';
  }

  async remove(name: string): Promise<void> {
    await this.#table.delete(currentKey(name));
  }

  async addRun(name: string, { id, at }: RunEntry): Promise<void> {
    const sk = `run#${new Date(at).toISOString()}#${id}`;
    const ttl = Math.ceil(at / 1000) + keptRunsS;
    await this.#table.put(
      { pk: own(name), sk },
      { id: { S: id }, at: { N: String(at) }, ttl: { N: String(ttl) } },
    );
  }

  async runsOf(name: string, limit: number): Promise<readonly RunEntry[]> {
    const items = await this.#table.queryLatest(own(name), 'run#', limit);
    return items.map((item) => ({ id: text(item, 'id'), at: number(item, 'at') }));
  }
}

/** So that the order of the keys is the order of the versions. */
function padded(version: number): string {
  return String(version).padStart(6, '0');
}

function itemOf({
  version,
  experiment,
  file,
  registeredAt,
  registeredBy,
  scheduledSince,
  ...rest
}: Registered): Item {
  return {
    version: { N: String(version) },
    body: { S: JSON.stringify(experiment) },
    text: { S: rest.text },
    file: { S: file },
    at: { N: String(registeredAt) },
    by: { S: registeredBy },
    since: { N: String(scheduledSince) },
    name: { S: rest.name },
  };
}

function registeredOf(item: Item): Registered {
  return {
    name: text(item, 'name'),
    version: number(item, 'version'),
    // Validated when it was registered, and written by nobody else.
    experiment: JSON.parse(text(item, 'body')) as Experiment,
    text: text(item, 'text'),
    file: text(item, 'file'),
    registeredAt: number(item, 'at'),
    registeredBy: text(item, 'by'),
    // Absent where an earlier version of the controller registered it.
    scheduledSince: number(item, item['since'] === undefined ? 'at' : 'since'),
  };
}
