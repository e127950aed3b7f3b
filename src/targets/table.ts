import {
  DescribeTableCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { foundElsewhere } from './elsewhere.ts';
import type { ResolveContext, ResolvedTarget, TargetResolver } from './module.ts';

/** A table by its name or ARN. Its id is its name. */
export const tableResolver: TargetResolver = {
  async resolve(target, context): Promise<ResolvedTarget | null> {
    if (!('table' in target)) throw new Error(`Not a table: ${JSON.stringify(target)}`);
    const elsewhere = foundElsewhere(target.table, context);
    if (elsewhere !== null) return elsewhere;
    try {
      const { Table } = await context.aws
        .get(DynamoDBClient)
        .send(new DescribeTableCommand({ TableName: target.table.split('/').at(-1) }), {
          abortSignal: context.signal,
        });
      const { TableName, TableArn } = Table ?? {};
      if (TableName === undefined || TableArn === undefined) return null;
      return { id: TableName, arn: TableArn, tags: await tagsOf(TableArn, context) };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  },
};

/** A table has at most 50 tags, which come in pages of ten. */
async function tagsOf(
  ResourceArn: string,
  { aws, signal }: ResolveContext,
): Promise<Readonly<Record<string, string>>> {
  const tags: Record<string, string> = {};
  let next: string | undefined;
  do {
    const { Tags = [], NextToken } = await aws
      .get(DynamoDBClient)
      .send(new ListTagsOfResourceCommand({ ResourceArn, NextToken: next }), { abortSignal: signal });
    for (const { Key = '', Value = '' } of Tags) tags[Key] = Value;
    next = NextToken;
  } while (next !== undefined);
  return tags;
}
