import { createCapture } from '../../../examples/shop/hardened/capture.ts';
import { createCheckout } from '../../../examples/shop/hardened/checkout.ts';
import { pricingClient, quickClient, patientClient } from '../../../examples/shop/hardened/clients.ts';
import type { Degradation } from '../../../examples/shop/hardened/log.ts';
import type { HttpResult } from '../../../examples/shop/shared/http.ts';
import {
  functionError,
  orderEvent,
  serviceUnavailable,
  startWorld,
  throttled,
  tooManyRequests,
} from './world.ts';
import type { World } from './world.ts';

const reads = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];
const minuteMs = 60_000;

let world: World;
let nowMs: number;
let degradations: Degradation[];
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => {
  world.heal();
  nowMs = 1_700_000_000_000;
  degradations = [];
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await world.close();
});

/** A sandbox of checkout. */
function checkout() {
  const services = { quick: quickClient(), patient: patientClient(), lambda: pricingClient() };
  clients.push(...Object.values(services));
  return createCheckout({
    ...services,
    environment: world.environment,
    now: () => nowMs,
    log: (degradation) => degradations.push(degradation),
  });
}

/** A sandbox that has placed an order before. */
async function warmCheckout() {
  const handler = checkout();
  await handler(orderEvent(`warm-${nowMs}`, [{ sku: 'tea-black', quantity: 10 }]));
  return handler;
}

function capture() {
  const dynamodb = patientClient();
  clients.push(dynamodb);
  return createCapture(
    { dynamodb, table: world.environment.ordersTable },
    world.environment.paymentsUrl,
    (degradation) => degradations.push(degradation),
  );
}

const bodyOf = ({ body }: HttpResult): unknown => JSON.parse(body);

describe('the hardened checkout', () => {
  it('answers as the naive one while all is well', async () => {
    const result = await checkout()(
      orderEvent('well', [
        { sku: 'teapot', quantity: 1 },
        { sku: 'tea-green', quantity: 10 },
      ]),
    );
    expect(result.statusCode).toBe(201);
    expect(bodyOf(result)).toEqual({
      orderId: 'well',
      status: 'paid',
      totalCents: 11_320,
      priceSource: 'pricing',
    });
    expect(await world.order('well')).toMatchObject({ status: 'paid', stockConfirmed: true });
    expect(await world.pending()).toEqual([]);
    expect(degradations).toEqual([]);
  });

  it('keeps the first order, and charges it once, where one is sent twice', async () => {
    const handler = checkout();
    await handler(orderEvent('twice', [{ sku: 'mug', quantity: 1 }]));
    const again = await handler(orderEvent('twice', [{ sku: 'mug', quantity: 2 }]));
    expect(bodyOf(again)).toMatchObject({ status: 'paid', totalCents: 1_290 });
    expect(world.charges.get('twice')).toBe(1);
  });

  it('tells a customer whose payment was declined, also when asked again', async () => {
    const event = orderEvent('declined', undefined, 'c-broke');
    const handler = checkout();
    expect(await handler(event)).toMatchObject({ statusCode: 402 });
    expect(await handler(event)).toMatchObject({ statusCode: 402 });
    expect(await world.pending()).toEqual([]);
  });

  it('refuses what is no order, unknown products, and more than there is', async () => {
    const handler = checkout();
    expect(await handler({ body: '{}' })).toMatchObject({ statusCode: 400 });
    expect(await handler(orderEvent('no', [{ sku: 'samovar', quantity: 1 }]))).toMatchObject({
      statusCode: 422,
    });
    expect(await handler(orderEvent('no', [{ sku: 'teapot-silver', quantity: 4 }]))).toMatchObject({
      statusCode: 409,
    });
  });
});

describe('while the products table is throttled, the hardened checkout', () => {
  it('sells from the catalogue that it read when its sandbox started', async () => {
    const handler = await warmCheckout();
    world.dynamodb.breakage = throttled(world.environment.productsTable, reads);
    const result = await handler(orderEvent('stale', [{ sku: 'honey', quantity: 1 }]));
    expect(result.statusCode).toBe(201);
    expect(await world.order('stale')).toMatchObject({ status: 'paid', stockConfirmed: false });
    expect(degradations).toMatchObject([{ degraded: 'catalogue' }]);
  });

  it('sells while the table never answers', async () => {
    const handler = await warmCheckout();
    world.dynamodb.breakage = ({ operation, body }) =>
      operation === 'GetItem' && body.includes(world.environment.productsTable) ? 'hold' : undefined;
    expect(await handler(orderEvent('held'))).toMatchObject({ statusCode: 201 });
    world.dynamodb.release();
  });

  it('fails, and counts as failed, where it knows nothing or only what is too old', async () => {
    const warm = await warmCheckout();
    world.dynamodb.breakage = throttled(world.environment.productsTable, reads);
    nowMs += 16 * minuteMs;
    await expect(warm(orderEvent('too-old'))).rejects.toThrow();
    await expect(checkout()(orderEvent('cold'))).rejects.toThrow();
  });

  it('does not hide a mistake of ours behind the catalogue it knows', async () => {
    const handler = await warmCheckout();
    world.dynamodb.breakage = ({ operation }) =>
      operation === 'GetItem'
        ? {
            status: 400,
            headers: { 'content-type': 'application/x-amz-json-1.0' },
            body: '{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}',
          }
        : undefined;
    await expect(handler(orderEvent('denied'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('while pricing fails, the hardened checkout', () => {
  it('takes the last known price of the same line, else the list price, when pricing is slow', async () => {
    const handler = await warmCheckout();
    world.lambda.breakage = () => 'hold';
    const known = await handler(orderEvent('slow-known', [{ sku: 'tea-black', quantity: 10 }]));
    expect(bodyOf(known)).toMatchObject({ totalCents: 6_950, priceSource: 'last-known', status: 'paid' });
    const unknown = await handler(orderEvent('slow-unknown', [{ sku: 'tea-green', quantity: 10 }]));
    expect(bodyOf(unknown)).toMatchObject({ totalCents: 8_900, priceSource: 'list', status: 'paid' });
    expect(await world.order('slow-unknown')).toMatchObject({ priceSource: 'list' });
    world.lambda.release();
  });

  it('sells when pricing is throttled or throws', async () => {
    const handler = await warmCheckout();
    world.lambda.breakage = tooManyRequests;
    expect(await handler(orderEvent('p1'))).toMatchObject({ statusCode: 201 });
    world.lambda.breakage = functionError;
    expect(await handler(orderEvent('p2'))).toMatchObject({ statusCode: 201 });
    expect(degradations).toMatchObject([{ degraded: 'pricing' }, { degraded: 'pricing' }]);
  });
});

describe('while the payment host is out, the hardened checkout', () => {
  it('takes the order as pending, and the capture charges it once the host is back', async () => {
    world.payments.breakage = serviceUnavailable;
    const result = await checkout()(orderEvent('unpaid'));
    expect(result.statusCode).toBe(202);
    expect(bodyOf(result)).toMatchObject({ status: 'payment-pending' });
    expect(await world.pending()).toEqual(['unpaid']);
    expect(await capture()()).toEqual({ paid: 0, declined: 0, waiting: 1 });
    world.heal();
    expect(await capture()()).toEqual({ paid: 1, declined: 0, waiting: 0 });
    expect(await world.order('unpaid')).toMatchObject({ status: 'paid' });
    expect(await world.pending()).toEqual([]);
    expect(world.charges.get('unpaid')).toBe(1);
  });

  it('takes the order as pending when the host never answers', async () => {
    world.payments.breakage = () => 'hold';
    expect(await checkout()(orderEvent('unanswered'))).toMatchObject({ statusCode: 202 });
    world.payments.release();
    world.heal();
    expect(await capture()()).toEqual({ paid: 1, declined: 0, waiting: 0 });
  });
});

describe('while the orders table does not answer, the hardened checkout', () => {
  it('fails, and has asked for no money', async () => {
    const handler = await warmCheckout();
    world.dynamodb.breakage = ({ operation }) => (operation === 'PutItem' ? 'hold' : undefined);
    await expect(handler(orderEvent('unwritten'))).rejects.toThrow();
    expect(world.charges.get('unwritten')).toBeUndefined();
  });

  it('leaves an order that it could not settle to the capture, which asks with the same idempotency key', async () => {
    world.dynamodb.breakage = ({ operation }) => (operation === 'UpdateItem' ? 'hold' : undefined);
    expect(await checkout()(orderEvent('unsettled'))).toMatchObject({ statusCode: 201 });
    expect(await world.pending()).toEqual(['unsettled']);
    world.heal();
    expect(await capture()()).toEqual({ paid: 1, declined: 0, waiting: 0 });
    expect(world.charges.get('unsettled')).toBe(2);
    expect(await world.order('unsettled')).toMatchObject({ status: 'paid' });
  });
});
