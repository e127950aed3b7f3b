import {
  type GlobalSecondaryIndexDescription,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  type Tag,
  type UpdateTableInput,
} from '@aws-sdk/client-dynamodb';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';

export interface FakeTable {
  description: TableDescription;
  tags: Tag[];
  /** What an update will have made of it. */
  next?: TableDescription;
}

type Throughput = Pick<UpdateTableInput, 'ProvisionedThroughput' | 'OnDemandThroughput'>;

/** Tables, as the control plane of DynamoDB keeps them: while it works on an update, it shows what was and takes no other. */
export class FakeDynamoDb {
  readonly tables = new Map<string, FakeTable>();
  /** Otherwise an update takes until `settle`. */
  instant = true;

  add(name: string, change: Partial<TableDescription>): string {
    const TableArn = `arn:aws:dynamodb:${fakeRegion}:${fakeAccount}:table/${name}`;
    this.tables.set(name, {
      description: { TableName: name, TableArn, TableStatus: 'ACTIVE', ...change },
      tags: [{ Key: 'inoculate', Value: 'allow' }],
    });
    return TableArn;
  }

  settle(): void {
    for (const table of this.tables.values()) {
      if (table.next !== undefined) table.description = table.next;
      delete table.next;
    }
  }

  table(nameOrArn: string): FakeTable {
    const found = this.tables.get(nameOrArn.split('/').at(-1) ?? '');
    if (found === undefined)
      throw new ResourceNotFoundException(thrown(400, `Requested resource not found: ${nameOrArn}`));
    return found;
  }

  update({ TableName = '', ...change }: UpdateTableInput): TableDescription {
    const table = this.table(TableName);
    const { description: now } = table;
    if (now.TableStatus !== 'ACTIVE')
      throw new ResourceInUseException(thrown(400, `Attempt to change a resource in use: ${TableName}`));
    const next: TableDescription = { ...now, ...throughput(now, change) };
    if (now.GlobalSecondaryIndexes !== undefined)
      next.GlobalSecondaryIndexes = now.GlobalSecondaryIndexes.map((index) => {
        const update = change.GlobalSecondaryIndexUpdates?.find(
          ({ Update }) => Update?.IndexName === index.IndexName,
        )?.Update;
        return update === undefined ? index : { ...index, ...throughput(index, update) };
      });
    const unknown = (change.GlobalSecondaryIndexUpdates ?? []).find(
      ({ Update }) => !now.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === Update?.IndexName),
    );
    if (unknown !== undefined) throw invalid(`No index ${unknown.Update?.IndexName}`);
    if (this.instant) table.description = next;
    else {
      table.next = next;
      table.description = { ...now, TableStatus: 'UPDATING' };
    }
    return table.description;
  }

  readonly service: FakeService = {
    DescribeTable: ({ TableName }: { readonly TableName: string }) => ({
      Table: this.table(TableName).description,
    }),
    ListTagsOfResource: (input: { readonly ResourceArn: string; readonly NextToken?: string }) => {
      const { tags } = this.table(input.ResourceArn);
      const from = Number(input.NextToken ?? 0);
      const more = from + 10 < tags.length;
      return { Tags: tags.slice(from, from + 10), ...(more && { NextToken: String(from + 10) }) };
    },
    UpdateTable: (input: UpdateTableInput) => ({ TableDescription: this.update(input) }),
  };
}

/** DynamoDB refuses a throughput that would change nothing, and removes a maximum that is -1. */
function throughput(
  now: TableDescription | GlobalSecondaryIndexDescription,
  { ProvisionedThroughput: provisioned, OnDemandThroughput: most }: Throughput,
): object {
  if (provisioned !== undefined) {
    const { ReadCapacityUnits: reads, WriteCapacityUnits: writes } = provisioned;
    if (reads === undefined || writes === undefined) throw invalid('Both units are required');
    const same =
      now.ProvisionedThroughput?.ReadCapacityUnits === reads &&
      now.ProvisionedThroughput.WriteCapacityUnits === writes;
    if (same) throw invalid('The provisioned throughput will not change');
    return { ProvisionedThroughput: { ReadCapacityUnits: reads, WriteCapacityUnits: writes } };
  }
  if (most === undefined) return {};
  const kept = Object.entries({ ...now.OnDemandThroughput, ...most }).filter(([, units]) => units !== -1);
  return { OnDemandThroughput: kept.length > 0 ? Object.fromEntries(kept) : undefined };
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { name: 'ValidationException', ...thrown(400, message) });
}
