import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { wait } from './system-clock.ts';

/** A new table is there at once or within seconds. */
const pollMs = 50;
const maxPolls = 600;

/** Creates a table with the keys `pk` and `sk`, unless it is there already; resolves when it can be used. */
export async function ensureTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  for (let poll = 0; poll < maxPolls; poll += 1) {
    const { Table: found } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (found?.TableStatus === 'ACTIVE') return;
    await wait(pollMs);
  }
  throw new Error(`Table ${table} was not ready after ${(pollMs * maxPolls) / 1000} s`);
}
