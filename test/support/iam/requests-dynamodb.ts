import { isMapping } from '../../../src/core/schema-branch.ts';
import type { AccessRequest } from '../../../src/iam/policy.ts';
import { type Arns, type Call, textOf } from './arns.ts';

type Input = Readonly<Record<string, unknown>>;

/** Which partition keys a call names, as DynamoDB puts them into the context. All tables here have `pk`. */
export function dynamoDbRequests({ action, input }: Call, arns: Arns): readonly AccessRequest[] {
  const arnOf = (table: string): string =>
    table.startsWith('arn:') ? table : arns.of('dynamodb', `table/${table}`);
  if (isMapping(input['RequestItems']))
    return Object.entries(input['RequestItems']).map(([table, requests]) =>
      request(action, arnOf(table), batchKeys(requests)),
    );
  const table = arnOf(textOf(input, 'TableName', 'ResourceArn'));
  switch (action) {
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [request(action, table, [keyOf(input['Key'])])];
    case 'PutItem':
      return [request(action, table, [keyOf(input['Item'])])];
    case 'Query':
      return [request(action, table, [queriedKey(input)])];
    // Attribute-based control has to be switched on for DynamoDB: the tags decide nothing without that.
    default:
      return [{ action: `dynamodb:${action}`, resource: table, context: {} }];
  }
}

function request(action: string, resource: string, keys: readonly string[]): AccessRequest {
  return {
    action: `dynamodb:${action}`,
    resource,
    context: { 'dynamodb:LeadingKeys': [...new Set(keys)] },
  };
}

function batchKeys(requests: unknown): readonly string[] {
  if (isMapping(requests) && Array.isArray(requests['Keys'])) return requests['Keys'].map(keyOf);
  if (!Array.isArray(requests)) throw new Error(`Not a batch: ${JSON.stringify(requests)}`);
  return requests.filter(isMapping).map(({ PutRequest, DeleteRequest }) => {
    if (isMapping(PutRequest)) return keyOf(PutRequest['Item']);
    if (isMapping(DeleteRequest)) return keyOf(DeleteRequest['Key']);
    throw new Error('A batch puts or deletes');
  });
}

function keyOf(item: unknown): string {
  const pk = isMapping(item) ? item['pk'] : undefined;
  if (isMapping(pk) && typeof pk['S'] === 'string') return pk['S'];
  throw new Error(`No partition key in ${JSON.stringify(item)}`);
}

function queriedKey(input: Input): string {
  const variable = /^pk = (:\w+)/.exec(textOf(input, 'KeyConditionExpression'))?.[1] ?? '';
  const values = input['ExpressionAttributeValues'];
  const value = isMapping(values) ? values[variable] : undefined;
  if (isMapping(value) && typeof value['S'] === 'string') return value['S'];
  throw new Error(`No partition key in ${JSON.stringify(input)}`);
}
