import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OrderItem } from './order.ts';

const statuses = ['payment-pending', 'paid', 'payment-declined'] as const;
export type OrderStatus = (typeof statuses)[number];

/** Where a price came from: pricing itself, its last answer for the same line, or the catalogue without discounts. */
const priceSources = ['pricing', 'last-known', 'list'] as const;
export type PriceSource = (typeof priceSources)[number];

/** An order as the shop keeps it. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  readonly totalCents: number;
  readonly status: OrderStatus;
  /** ISO 8601. */
  readonly placedAt: string;
  /** Where it did not come from pricing, the shop settles the difference afterwards. */
  readonly priceSource: PriceSource;
  /** False where the stock could not be read: the warehouse looks before it packs. */
  readonly stockConfirmed: boolean;
}

export interface OrdersTable {
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
}

/** The index of orders whose payment is still to be captured: only they have the attribute `pendingPayment`. */
export const pendingIndex = 'payment-pending';

/**
 * Writes an order once: where there is one of this id, that one stays and is returned. Rejects with the SDK's error,
 * or when the signal aborts.
 */
export async function placeOrder(
  { dynamodb, table }: OrdersTable,
  order: PlacedOrder,
  abortSignal?: AbortSignal,
): Promise<PlacedOrder> {
  const options = abortSignal === undefined ? {} : { abortSignal };
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: itemOf(order),
        ConditionExpression: 'attribute_not_exists(orderId)',
      }),
      options,
    );
    return order;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: { orderId: { S: order.orderId } }, ConsistentRead: true }),
      options,
    );
    if (Item === undefined) throw error;
    return orderOf(Item);
  }
}

/** Settles a pending order, and takes it off the index of pending ones. Settling it again changes nothing. */
export async function settleOrder(
  { dynamodb, table }: OrdersTable,
  orderId: string,
  status: Exclude<OrderStatus, 'payment-pending'>,
  abortSignal?: AbortSignal,
): Promise<void> {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { orderId: { S: orderId } },
      UpdateExpression: 'SET #status = :status REMOVE #pending',
      ConditionExpression: 'attribute_exists(orderId)',
      ExpressionAttributeNames: { '#status': 'status', '#pending': 'pendingPayment' },
      ExpressionAttributeValues: { ':status': { S: status } },
    }),
    abortSignal === undefined ? {} : { abortSignal },
  );
}

function itemOf(order: PlacedOrder): Record<string, AttributeValue> {
  return {
    orderId: { S: order.orderId },
    customerId: { S: order.customerId },
    items: {
      L: order.items.map(({ sku, quantity }) => ({ M: { sku: { S: sku }, quantity: { N: `${quantity}` } } })),
    },
    totalCents: { N: `${order.totalCents}` },
    status: { S: order.status },
    placedAt: { S: order.placedAt },
    priceSource: { S: order.priceSource },
    stockConfirmed: { BOOL: order.stockConfirmed },
    ...(order.status === 'payment-pending' ? { pendingPayment: { S: 'yes' } } : {}),
  };
}

/** An order from its item. Throws where the item is not an order. */
export function orderOf(item: Record<string, AttributeValue>): PlacedOrder {
  const orderId = item['orderId']?.S;
  const customerId = item['customerId']?.S;
  const items = item['items']?.L?.map((entry) => orderItemOf(entry.M ?? {}));
  const totalCents = Number(item['totalCents']?.N);
  const status = statuses.find((known) => known === item['status']?.S);
  const placedAt = item['placedAt']?.S;
  const priceSource = priceSources.find((known) => known === item['priceSource']?.S);
  const stockConfirmed = item['stockConfirmed']?.BOOL;
  if (
    orderId === undefined ||
    customerId === undefined ||
    items === undefined ||
    Number.isNaN(totalCents) ||
    status === undefined ||
    placedAt === undefined ||
    priceSource === undefined ||
    stockConfirmed === undefined
  ) {
    throw new Error(`Not an order: ${JSON.stringify(item)}.`);
  }
  return { orderId, customerId, items, totalCents, status, placedAt, priceSource, stockConfirmed };
}

function orderItemOf(item: Record<string, AttributeValue>): OrderItem {
  const sku = item['sku']?.S;
  const quantity = Number(item['quantity']?.N);
  if (sku === undefined || Number.isNaN(quantity)) {
    throw new Error(`Not an item of an order: ${JSON.stringify(item)}. Expected sku and quantity.`);
  }
  return { sku, quantity };
}
