// How a team tests the shop with the library for tests: the same faults as in the shop's experiments, and no AWS.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { createCheckout as createHardened } from '../../../examples/shop/hardened/checkout.ts';
import { patientClient, pricingClient, quickClient } from '../../../examples/shop/hardened/clients.ts';
import type { Degradation } from '../../../examples/shop/hardened/log.ts';
import { createCheckout as createNaive } from '../../../examples/shop/naive/checkout.ts';
import { journalOf, withFaults, wrap, type TestFault } from '../../../src/testing/index.ts';
import { environment, orderEvent, startWorld, type World } from './world.ts';

let world: World;
let degradations: Degradation[];
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(() => {
  world.heal();
  degradations = [];
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await world.close();
});

const now = (): number => 1_700_000_000_000;

function naive() {
  const services = { dynamodb: new DynamoDBClient(), lambda: new LambdaClient() };
  clients.push(...Object.values(services));
  return createNaive({ ...services, environment: world.environment, now });
}

/** A sandbox that has placed an order before. */
async function hardened() {
  const services = { quick: quickClient(), patient: patientClient(), lambda: pricingClient() };
  clients.push(...Object.values(services));
  const log = (degradation: Degradation): unknown => degradations.push(degradation);
  const handler = createHardened({ ...services, environment: world.environment, now, log });
  await handler(orderEvent('warm', [{ sku: 'tea-black', quantity: 10 }]));
  return handler;
}

const throttledProducts: TestFault = {
  kind: 'dependency.error',
  service: 'dynamodb',
  operations: ['GetItem', 'BatchGetItem', 'Query', 'Scan'],
  resource: environment.productsTable,
  error: 'ProvisionedThroughputExceededException',
};
const busyPricing: TestFault = {
  kind: 'dependency.error',
  service: 'lambda',
  operations: ['Invoke'],
  error: 'TooManyRequestsException',
};

describe('the shop, with its dependencies under faults', () => {
  it('has no fallback for its catalogue in the naive checkout, which gives up after the retries', async () => {
    const outcome = withFaults({ faults: [throttledProducts] }, () => naive()(orderEvent('naive')));
    const error = await outcome.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    const attempts = journalOf(error)?.injected.map(({ call }) => call?.attempt) ?? [];
    expect(attempts.length).toBeGreaterThan(1);
    expect(attempts).toEqual(attempts.map((_, index) => index + 1));
  });

  it('sells from the last known catalogue in the hardened one', async () => {
    const handler = await hardened();
    const { result, journal } = await withFaults({ faults: [throttledProducts] }, () =>
      handler(orderEvent('stale', [{ sku: 'honey', quantity: 1 }])),
    );
    expect(result.statusCode).toBe(201);
    expect(journal.injected.length).toBeGreaterThan(0);
    expect(degradations).toMatchObject([{ degraded: 'catalogue' }]);
  });

  it('takes every order, whichever of its calls fail', async () => {
    const handler = wrap(await hardened(), {
      faults: [
        { ...throttledProducts, rate: '50%' },
        { ...busyPricing, rate: '50%' },
        { kind: 'dependency.latency', service: 'dynamodb', delay: { min: '1ms', max: '5ms' }, rate: '20%' },
      ],
      seed: 42,
    });
    const statuses: number[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      statuses.push((await handler(orderEvent(`order-${turn}`, [{ sku: 'mug', quantity: 1 }]))).statusCode);
    }
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(new Set(handler.journal.injected.map(({ fault }) => fault))).toEqual(new Set(['f1', 'f2', 'f3']));
  });

  it('has charged for an order whose answer is lost, and does not charge again', async () => {
    const handler = await hardened();
    const lost = wrap(handler, { faults: [{ kind: 'invocation.error', name: 'Lost', when: 'after' }] });
    await expect(lost(orderEvent('lost'))).rejects.toMatchObject({ name: 'Lost' });
    expect(await handler(orderEvent('lost'))).toMatchObject({ statusCode: 201 });
    expect(world.charges.get('lost')).toBe(1);
  });
});
