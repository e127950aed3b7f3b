import type { RunId } from '../core/ids.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';

/** A message comes again for two weeks at most. */
const keptS = 15 * 24 * 60 * 60;

/** Which channels know of which change: a message that comes again tells only the others. In the control table. */
export class Told {
  readonly #table: DynamoDbTable;
  readonly #now: () => number;

  constructor(table: DynamoDbTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async has(run: RunId, seq: number, channel: string): Promise<boolean> {
    return (await this.#table.get(keyOf(run, seq, channel))) !== undefined;
  }

  async add(run: RunId, seq: number, channel: string): Promise<void> {
    const ttl = Math.ceil(this.#now() / 1000) + keptS;
    await this.#table.put(keyOf(run, seq, channel), { ttl: { N: String(ttl) } });
  }
}

function keyOf(run: RunId, seq: number, channel: string): { pk: string; sk: string } {
  return { pk: `told#${run}`, sk: `${seq}#${channel}` };
}
