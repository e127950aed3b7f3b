import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';
import type { HttpEvent } from '../../../examples/shop/shared/http.ts';
import { orderOf, pendingIndex } from '../../../examples/shop/shared/orders.ts';
import type { PlacedOrder } from '../../../examples/shop/shared/orders.ts';
import { createPricing } from '../../../examples/shop/shared/pricing.ts';
import { createSeed } from '../../../examples/shop/shared/seed.ts';
import { breakable, forward, listen } from './servers.ts';
import type { Answer, Call, Dependency } from './servers.ts';

const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)('dynalite');

export const environment = {
  productsTable: 'shop-test-products',
  priceRulesTable: 'shop-test-price-rules',
  ordersTable: 'shop-test-orders',
  pricingFunction: 'shop-test-pricing',
} as const;

/** Everything that checkout depends on, each part of which can be broken. */
export interface World {
  readonly dynamodb: Dependency;
  readonly lambda: Dependency;
  readonly payments: Dependency;
  /** By idempotency key: how often it was asked. */
  readonly charges: Map<string, number>;
  readonly environment: typeof environment & { readonly paymentsUrl: string };
  order(orderId: string): Promise<PlacedOrder | undefined>;
  pending(): Promise<string[]>;
  /** Heals everything and forgets all calls. */
  heal(): void;
  close(): Promise<void>;
}

/** Starts the world with the tables of resources.yml and the seed, and points the SDK of this process at it. */
export async function startWorld(): Promise<World> {
  const tables = await listen(dynalite({ createTableMs: 0 }));
  const dynamodb = await breakable(
    (request) => String(request.headers['x-amz-target']).split('.')[1] ?? '',
    (request, call, response) => forward(tables.url, request, call.body, response),
  );
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
  });
  // Straight to the tables: the test's own reads go on while DynamoDB is broken for the functions.
  const direct = new DynamoDBClient({ endpoint: tables.url });
  for (const table of tablesOf('examples/shop/resources.yml'))
    await direct.send(new CreateTableCommand(table));
  await createSeed(direct, environment)();
  const lambda = await startInvokeApi(createPricing({ dynamodb: direct, ...environment }));
  process.env['AWS_ENDPOINT_URL_LAMBDA'] = lambda.url;
  const charges = new Map<string, number>();
  const payments = await startPayments(charges);

  return {
    dynamodb,
    lambda,
    payments,
    charges,
    environment: { ...environment, paymentsUrl: payments.url },
    async order(orderId) {
      const { Item } = await direct.send(
        new GetItemCommand({ TableName: environment.ordersTable, Key: { orderId: { S: orderId } } }),
      );
      return Item === undefined ? undefined : orderOf(Item);
    },
    async pending() {
      const { Items } = await direct.send(
        new QueryCommand({
          TableName: environment.ordersTable,
          IndexName: pendingIndex,
          KeyConditionExpression: 'pendingPayment = :yes',
          ExpressionAttributeValues: { ':yes': { S: 'yes' } },
        }),
      );
      return (Items ?? []).map((item) => orderOf(item).orderId);
    },
    heal() {
      for (const dependency of [dynamodb, lambda, payments]) {
        dependency.breakage = () => undefined;
        dependency.calls.length = 0;
      }
    },
    async close() {
      direct.destroy();
      for (const running of [dynamodb, lambda, payments, tables]) await running.close();
    },
  };
}

async function startInvokeApi(pricing: ReturnType<typeof createPricing>): Promise<Dependency> {
  return breakable(
    (request) => decodeURIComponent(/\/functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1] ?? ''),
    async (_request, call, response) => {
      const price = await pricing(JSON.parse(call.body));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(price));
    },
  );
}

async function startPayments(charges: Map<string, number>): Promise<Dependency> {
  return breakable(
    (request) => request.url ?? '',
    async (request, call, response) => {
      const key = String(request.headers['idempotency-key']);
      charges.set(key, (charges.get(key) ?? 0) + 1);
      const { customerId } = JSON.parse(call.body);
      response.writeHead(customerId === 'c-broke' ? 402 : 201).end('{}');
    },
  );
}

function tablesOf(path: string): CreateTableCommandInput[] {
  const text = readFileSync(path, 'utf8').replaceAll('${sls:stage}', 'test');
  const { Resources } = parse(text);
  return Object.values<{ Properties: CreateTableCommandInput }>(Resources).map(
    ({ Properties }) => Properties,
  );
}

/** The event of an order. */
export function orderEvent(
  orderId: string,
  items = [{ sku: 'mug', quantity: 2 }],
  customerId = 'c-1',
): HttpEvent {
  return { body: JSON.stringify({ orderId, customerId, items }), isBase64Encoded: false };
}

/** DynamoDB rejects calls of some operations to a table, as it does where the table's throughput is used up. */
export function throttled(table: string, operations: readonly string[]) {
  return ({ operation, body }: Call): Answer | undefined =>
    operations.includes(operation) && body.includes(`"${table}"`)
      ? {
          status: 400,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: JSON.stringify({
            __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
            message: 'The level of configured provisioned throughput for the table was exceeded.',
          }),
        }
      : undefined;
}

/** Lambda has no concurrency left for the function. */
export const tooManyRequests = (): Answer => ({
  status: 429,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'TooManyRequestsException' },
  body: JSON.stringify({ Reason: 'ConcurrentInvocationLimitExceeded', message: 'Rate Exceeded.' }),
});

/** The function was invoked, and threw. */
export const functionError = (): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' },
  body: JSON.stringify({ errorType: 'Error', errorMessage: 'pricing is broken' }),
});

/** The host is there, and refuses. */
export const serviceUnavailable = (): Answer => ({ status: 503, body: 'temporarily out of service' });
