import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { askPricing } from '../shared/ask-pricing.ts';
import { charge } from '../shared/charge.ts';
import type { CheckoutEnvironment } from '../shared/environment.ts';
import { reply } from '../shared/http.ts';
import type { HttpEvent, HttpResult } from '../shared/http.ts';
import { parseOrder } from '../shared/order.ts';
import { placeOrder } from '../shared/orders.ts';
import type { PlacedOrder } from '../shared/orders.ts';
import { readProduct } from '../shared/products.ts';

export interface CheckoutServices {
  readonly environment: CheckoutEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Checkout as it is often written first. It is correct: input is validated, and placing an order twice places and
 * charges it once. But it takes for granted that every dependency answers, and answers soon: no call has a time limit
 * but the function's own, and what fails is left to the SDK's retries and then to the customer.
 */
export function createCheckout({ environment, dynamodb, lambda, now }: CheckoutServices) {
  const products = { dynamodb, table: environment.productsTable };
  const orders = { dynamodb, table: environment.ordersTable };
  const pricing = { lambda, functionName: environment.pricingFunction };

  return async (event: HttpEvent): Promise<HttpResult> => {
    const parsed = parseOrder(event);
    if (!parsed.ok) return reply(400, { problem: parsed.problem });
    const { orderId, customerId, items } = parsed.order;

    const lines = [];
    for (const { item, product } of await Promise.all(
      items.map(async (item) => ({ item, product: await readProduct(products, item.sku) })),
    )) {
      if (product === undefined) return reply(422, { problem: `There is no product ${item.sku}.` });
      if (product.inStock < item.quantity)
        return reply(409, { problem: `Not enough of ${item.sku} in stock.` });
      lines.push({ ...item, listPriceCents: product.listPriceCents });
    }

    const { totalCents } = await askPricing(pricing, { lines });

    const result = await charge(environment.paymentsUrl, { orderId, customerId, amountCents: totalCents });
    if (result === 'declined') return reply(402, { problem: 'The payment was declined.' });

    const order: PlacedOrder = {
      orderId,
      customerId,
      items,
      totalCents,
      status: 'paid',
      placedAt: new Date(now()).toISOString(),
      priceSource: 'pricing',
      stockConfirmed: true,
    };
    const placed = await placeOrder(orders, order);
    return reply(201, { orderId, status: placed.status, totalCents: placed.totalCents });
  };
}
