import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { charge } from '../shared/charge.ts';
import { orderOf, pendingIndex, settleOrder } from '../shared/orders.ts';
import type { OrdersTable, PlacedOrder } from '../shared/orders.ts';
import { captureChargeMs } from './budgets.ts';
import { causeOf } from './log.ts';
import type { Log } from './log.ts';

export interface Captured {
  readonly paid: number;
  readonly declined: number;
  /** Still pending: looked at again the next time. */
  readonly waiting: number;
}

// What one run of a minute can surely do; the rest is the next one's.
const batchSize = 15;

/** Captures payments that were left pending, oldest first, one after the other: a host that comes back is not stormed. */
export function createCapture(orders: OrdersTable, paymentsUrl: string, log: Log) {
  return async (): Promise<Captured> => {
    const counts = { paid: 0, declined: 0, waiting: 0 };
    for (const order of await pendingOrders(orders)) {
      try {
        const result = await charge(
          paymentsUrl,
          { orderId: order.orderId, customerId: order.customerId, amountCents: order.totalCents },
          AbortSignal.timeout(captureChargeMs),
        );
        await settleOrder(orders, order.orderId, result === 'paid' ? 'paid' : 'payment-declined');
        counts[result] += 1;
      } catch (error) {
        counts.waiting += 1;
        log({
          degraded: 'payment',
          what: 'the payment is left to the next capture',
          cause: causeOf(error),
          orderId: order.orderId,
        });
      }
    }
    return counts;
  };
}

async function pendingOrders({ dynamodb, table }: OrdersTable): Promise<PlacedOrder[]> {
  const { Items } = await dynamodb.send(
    new QueryCommand({
      TableName: table,
      IndexName: pendingIndex,
      KeyConditionExpression: '#pending = :yes',
      ExpressionAttributeNames: { '#pending': 'pendingPayment' },
      ExpressionAttributeValues: { ':yes': { S: 'yes' } },
      Limit: batchSize,
    }),
  );
  return (Items ?? []).map(orderOf);
}
