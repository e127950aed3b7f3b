import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { charge } from '../shared/charge.ts';
import type { ChargeResult } from '../shared/charge.ts';
import type { CheckoutEnvironment } from '../shared/environment.ts';
import { reply } from '../shared/http.ts';
import type { HttpEvent, HttpResult } from '../shared/http.ts';
import { parseOrder } from '../shared/order.ts';
import { placeOrder, settleOrder } from '../shared/orders.ts';
import type { OrderStatus, OrdersTable, PlacedOrder } from '../shared/orders.ts';
import { budgets } from './budgets.ts';
import { createCatalogue } from './catalogue.ts';
import { causeOf } from './log.ts';
import type { Log } from './log.ts';
import { createPrices } from './prices.ts';

export interface CheckoutServices {
  readonly environment: CheckoutEnvironment;
  /** For reads that have a fallback: gives up soon. */
  readonly quick: DynamoDBClient;
  /** For the order, which has none: tries harder. */
  readonly patient: DynamoDBClient;
  readonly lambda: LambdaClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Checkout that keeps selling while a dependency fails. Each step has a time budget; each but one has something to fall
 * back on. The one is writing the order: without it there is no order, so its error is thrown, and counts as one.
 */
export function createCheckout({ environment, quick, patient, lambda, now, log }: CheckoutServices) {
  const catalogue = createCatalogue({ table: environment.productsTable, quick, patient }, now, log);
  const prices = createPrices({ lambda, functionName: environment.pricingFunction }, now, log);
  const orders = { dynamodb: patient, table: environment.ordersTable };

  return async (event: HttpEvent): Promise<HttpResult> => {
    const parsed = parseOrder(event);
    if (!parsed.ok) return reply(400, { problem: parsed.problem });
    const { orderId, customerId, items } = parsed.order;

    const lines = [];
    let stockConfirmed = true;
    const readSignal = AbortSignal.timeout(budgets.readProductsMs);
    for (const { item, listing } of await Promise.all(
      items.map(async (item) => ({ item, listing: await catalogue.lookUp(item.sku, readSignal) })),
    )) {
      if (listing === undefined) return reply(422, { problem: `There is no product ${item.sku}.` });
      if (listing.product.inStock < item.quantity) {
        return reply(409, { problem: `Not enough of ${item.sku} in stock.` });
      }
      lines.push({ ...item, listPriceCents: listing.product.listPriceCents });
      stockConfirmed &&= listing.confirmed;
    }

    const quote = await prices.quote(lines, AbortSignal.timeout(budgets.askPricingMs));

    // The order is written before the money is asked for: whatever fails from here on, both are known to the shop.
    const placed = await placeOrder(
      orders,
      {
        orderId,
        customerId,
        items,
        totalCents: quote.totalCents,
        status: 'payment-pending',
        placedAt: new Date(now()).toISOString(),
        priceSource: quote.source,
        stockConfirmed,
      },
      AbortSignal.timeout(budgets.placeOrderMs),
    );
    // An order that was sent again may have been settled long ago.
    const status =
      placed.status === 'payment-pending'
        ? await pay(orders, environment.paymentsUrl, placed, log)
        : placed.status;
    return answer(placed, status);
  };
}

/**
 * Charges an order that is written. While the payment host is slow or down the order stays pending, and the capture
 * function charges it later: the idempotency key makes it one charge, whatever this one came to.
 */
async function pay(
  orders: OrdersTable,
  paymentsUrl: string,
  { orderId, customerId, totalCents }: PlacedOrder,
  log: Log,
): Promise<OrderStatus> {
  let result: ChargeResult;
  try {
    const request = { orderId, customerId, amountCents: totalCents };
    result = await charge(paymentsUrl, request, AbortSignal.timeout(budgets.chargeMs));
  } catch (error) {
    log({
      degraded: 'payment',
      what: 'the payment is left to be captured later',
      cause: causeOf(error),
      orderId,
    });
    return 'payment-pending';
  }
  const status = result === 'paid' ? 'paid' : 'payment-declined';
  try {
    await settleOrder(orders, orderId, status, AbortSignal.timeout(budgets.settleOrderMs));
  } catch (error) {
    // The customer's answer is right all the same: the capture function asks once more and settles it.
    log({
      degraded: 'settling',
      what: 'the order is left to be settled later',
      cause: causeOf(error),
      orderId,
    });
  }
  return status;
}

function answer({ orderId, totalCents, priceSource }: PlacedOrder, status: OrderStatus): HttpResult {
  if (status === 'payment-declined') return reply(402, { problem: 'The payment was declined.' });
  return reply(status === 'paid' ? 201 : 202, { orderId, status, totalCents, priceSource });
}
