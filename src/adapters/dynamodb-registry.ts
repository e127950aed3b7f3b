import type { Experiment } from '../generated/types.ts';
import type { Registered, Registry, RunEntry } from '../registry/registry.ts';
import { type DynamoDbTable, number } from './dynamodb-table.ts';
import { type Found, VersionedCatalogue } from './versioned-catalogue.ts';

/** In the control table. Keys: `experiments` (one item per name), `experiment#NAME` (`version#N`, `run#TIME#ID`). */
export class DynamoDbRegistry implements Registry {
  readonly #catalogue: VersionedCatalogue<Experiment>;

  constructor(table: DynamoDbTable) {
    this.#catalogue = new VersionedCatalogue(table, {
      partition: 'experiments',
      own: 'experiment',
      occasion: 'run',
    });
  }

  async get(name: string): Promise<Registered | undefined> {
    const entry = await this.#catalogue.get(name);
    return entry === undefined ? undefined : registeredOf(entry);
  }

  async list(): Promise<readonly Registered[]> {
    return (await this.#catalogue.list()).map(registeredOf);
  }

  lastVersion(name: string): Promise<number> {
    return this.#catalogue.lastVersion(name);
  }

  put(registered: Registered, replaces: number | null): Promise<'stored' | 'conflict'> {
    const { experiment, scheduledSince, ...rest } = registered;
    const beside = { since: { N: String(scheduledSince) } };
    return this.#catalogue.put({ ...rest, body: experiment }, replaces, beside);
  }

  remove(name: string): Promise<void> {
    return this.#catalogue.remove(name);
  }

  addRun(name: string, run: RunEntry): Promise<void> {
    return this.#catalogue.addOccasion(name, run);
  }

  runsOf(name: string, limit: number): Promise<readonly RunEntry[]> {
    return this.#catalogue.occasionsOf(name, limit);
  }
}

function registeredOf({ body, item, ...rest }: Found<Experiment>): Registered {
  // Absent where an earlier version of the controller registered it.
  const scheduledSince = number(item, item['since'] === undefined ? 'at' : 'since');
  return { ...rest, experiment: body, scheduledSince };
}
