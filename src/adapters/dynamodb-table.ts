import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Readonly<Record<string, AttributeValue>>;

/** DynamoDB writes at most this many items in one batch, and reads at most this many. */
const batchSize = 25;
const readBatchSize = 100;
/** A batch that is only partly taken is sent again, with growing waits. */
const maxBatchAttempts = 8;

/** One table with the keys `pk` and `sk`: single-item conditional writes and consistent reads, nothing else. */
export class DynamoDbTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #wait: (ms: number) => Promise<void>;

  constructor(client: DynamoDBClient, table: string, wait: (ms: number) => Promise<void>) {
    this.#client = client;
    this.#table = table;
    this.#wait = wait;
  }

  async get(key: Key): Promise<Item | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: keyOf(key), ConsistentRead: true }),
    );
    return item;
  }

  /** Those of the items that exist, in no order. Each key at most once. */
  async getAll(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (let start = 0; start < keys.length; start += readBatchSize)
      items.push(...(await this.#readBatch(keys.slice(start, start + readBatchSize))));
    return items;
  }

  /** False where the condition did not hold. */
  async put(key: Key, attributes: Item, condition?: Condition): Promise<boolean> {
    return held(() =>
      this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: { ...keyOf(key), ...attributes },
          ...expression(condition),
        }),
      ),
    );
  }

  /** The attributes as they are afterwards; undefined where the condition did not hold. */
  async update(key: Key, update: string, condition: Condition): Promise<Item | undefined> {
    let after: Item | undefined;
    const ok = await held(async () => {
      const { Attributes } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: keyOf(key),
          UpdateExpression: update,
          ReturnValues: 'ALL_NEW',
          ...expression(condition),
        }),
      );
      after = Attributes ?? {};
    });
    return ok ? after : undefined;
  }

  async delete(key: Key): Promise<void> {
    await this.#writeBatch([{ DeleteRequest: { Key: keyOf(key) } }]);
  }

  /** False where the condition did not hold. */
  async deleteIf(key: Key, condition: Condition): Promise<boolean> {
    return held(() =>
      this.#client.send(
        new DeleteItemCommand({ TableName: this.#table, Key: keyOf(key), ...expression(condition) }),
      ),
    );
  }

  /** Keys are given at most once. */
  async deleteAll(keys: readonly Key[]): Promise<void> {
    for (let start = 0; start < keys.length; start += batchSize)
      await this.#writeBatch(
        keys.slice(start, start + batchSize).map((key) => ({ DeleteRequest: { Key: keyOf(key) } })),
      );
  }

  /** Writes items without conditions; an item that is there already is replaced. */
  async putAll(items: readonly (Key & { readonly attributes: Item })[]): Promise<void> {
    for (let start = 0; start < items.length; start += batchSize) {
      const batch = items.slice(start, start + batchSize);
      await this.#writeBatch(
        batch.map(({ attributes, ...key }) => ({ PutRequest: { Item: { ...keyOf(key), ...attributes } } })),
      );
    }
  }

  /** Every item of a partition whose sort key begins so, in order. */
  async query(pk: string, skPrefix: string): Promise<readonly Item[]> {
    const items: Item[] = [];
    let startKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          ConsistentRead: true,
          KeyConditionExpression: skPrefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: {
            ':pk': { S: pk },
            ...(skPrefix === '' ? {} : { ':sk': { S: skPrefix } }),
          },
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      );
      items.push(...(page.Items ?? []));
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
    return items;
  }

  /** The last items of a partition whose sort key begins so, the last first. */
  async queryLatest(pk: string, skPrefix: string, limit: number): Promise<readonly Item[]> {
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: limit,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: skPrefix } },
      }),
    );
    return Items ?? [];
  }

  /** What is too large for one answer, or throttled, is asked for again; only answers without any item count as attempts. */
  async #readBatch(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let remaining = keys.map(keyOf);
    for (let attempt = 0; attempt < maxBatchAttempts && remaining.length > 0;) {
      const { Responses: responses, UnprocessedKeys: unprocessed } = await this.#client.send(
        new BatchGetItemCommand({
          RequestItems: { [this.#table]: { Keys: remaining, ConsistentRead: true } },
        }),
      );
      const found = responses?.[this.#table] ?? [];
      items.push(...found);
      remaining = unprocessed?.[this.#table]?.Keys ?? [];
      if (remaining.length === 0) break;
      attempt = found.length > 0 ? 0 : attempt + 1;
      await this.#wait(25 * 2 ** attempt);
    }
    if (remaining.length > 0)
      throw new Error(`${remaining.length} items of table ${this.#table} were not read`);
    return items;
  }

  async #writeBatch(requests: WriteRequests): Promise<void> {
    let remaining: WriteRequests = requests;
    for (let attempt = 0; attempt < maxBatchAttempts && remaining.length > 0; attempt += 1) {
      if (attempt > 0) await this.#wait(25 * 2 ** attempt);
      const { UnprocessedItems } = await this.#client.send(
        new BatchWriteItemCommand({ RequestItems: { [this.#table]: [...remaining] } }),
      );
      remaining = UnprocessedItems?.[this.#table] ?? [];
    }
    if (remaining.length > 0)
      throw new Error(`${remaining.length} items of table ${this.#table} were not written`);
  }
}

type WriteRequests = NonNullable<
  ConstructorParameters<typeof BatchWriteItemCommand>[0]['RequestItems']
>[string];

export interface Condition {
  readonly if?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

function expression(condition: Condition | undefined): {
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
} {
  return {
    ...(condition?.if === undefined ? {} : { ConditionExpression: condition.if }),
    ...(condition?.names === undefined ? {} : { ExpressionAttributeNames: condition.names }),
    ...(condition?.values === undefined ? {} : { ExpressionAttributeValues: condition.values }),
  };
}

async function held(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function keyOf({ pk, sk }: Key): Record<string, AttributeValue> {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** An attribute that the writer always sets; its absence is a broken item, never a default. */
export function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`Item ${item['pk']?.S}/${item['sk']?.S} has no text ${name}`);
  return value;
}

export function number(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isFinite(value))
    throw new Error(`Item ${item['pk']?.S}/${item['sk']?.S} has no number ${name}`);
  return value;
}
