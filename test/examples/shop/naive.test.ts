import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { createCheckout } from '../../../examples/shop/naive/checkout.ts';
import {
  functionError,
  orderEvent,
  serviceUnavailable,
  startWorld,
  throttled,
  tooManyRequests,
} from './world.ts';
import type { World } from './world.ts';

let world: World;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => world.heal());
afterAll(async () => {
  for (const client of clients) client.destroy();
  await world.close();
});

function checkout() {
  const dynamodb = new DynamoDBClient();
  const lambda = new LambdaClient();
  clients.push(dynamodb, lambda);
  return createCheckout({ environment: world.environment, dynamodb, lambda, now: () => 1_700_000_000_000 });
}

describe('the naive checkout', () => {
  it('places and charges an order while all is well', async () => {
    const items = [
      { sku: 'teapot', quantity: 1 },
      { sku: 'tea-green', quantity: 10 },
    ];
    const result = await checkout()(orderEvent('well', items));
    // 34.90 + 10 × 8.90 less 12 %
    expect(result.statusCode).toBe(201);
    expect(await world.order('well')).toMatchObject({ status: 'paid', totalCents: 11_320, items });
    expect(world.charges.get('well')).toBe(1);
  });

  it('keeps the first order where one is sent twice', async () => {
    const handler = checkout();
    await handler(orderEvent('twice', [{ sku: 'mug', quantity: 1 }]));
    const again = await handler(orderEvent('twice', [{ sku: 'mug', quantity: 2 }]));
    expect(JSON.parse(again.body)).toEqual({ orderId: 'twice', status: 'paid', totalCents: 1_290 });
  });

  it('refuses what is no order, without asking anyone', async () => {
    for (const body of ['{', '[]', '{"orderId":"x"}', '{"orderId":"x","customerId":"c","items":[]}']) {
      expect(await checkout()({ body })).toMatchObject({ statusCode: 400 });
    }
    expect(world.dynamodb.calls).toEqual([]);
  });

  it('refuses unknown products and more than there is', async () => {
    const handler = checkout();
    expect(await handler(orderEvent('no', [{ sku: 'samovar', quantity: 1 }]))).toMatchObject({
      statusCode: 422,
    });
    expect(await handler(orderEvent('no', [{ sku: 'kettle', quantity: 100 }]))).toMatchObject({
      statusCode: 201,
    });
  });

  it('fails while the products table is throttled', async () => {
    world.dynamodb.breakage = throttled(world.environment.productsTable, ['GetItem', 'Query', 'Scan']);
    await expect(checkout()(orderEvent('throttled'))).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
    });
    expect(await world.order('throttled')).toBeUndefined();
  });

  it('waits for as long as pricing takes', async () => {
    world.lambda.breakage = () => 'hold';
    let settled = false;
    const result = checkout()(orderEvent('slow')).finally(() => {
      settled = true;
    });
    await world.lambda.called(1);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(settled).toBe(false);
    world.lambda.release();
    await expect(result).resolves.toMatchObject({ statusCode: 201 });
  });

  it('fails while pricing is throttled or throws', async () => {
    world.lambda.breakage = tooManyRequests;
    await expect(checkout()(orderEvent('p1'))).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    world.lambda.breakage = functionError;
    await expect(checkout()(orderEvent('p2'))).rejects.toMatchObject({ name: 'PricingError' });
  });

  it('fails while the payment host answers 503', async () => {
    world.payments.breakage = serviceUnavailable;
    await expect(checkout()(orderEvent('unpaid'))).rejects.toMatchObject({ name: 'PaymentError' });
    expect(await world.order('unpaid')).toBeUndefined();
  });
});
